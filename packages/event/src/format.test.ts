import { expect, test } from 'vitest';
import { eventName, formatDuration, formatSize, imageName, plural } from './format.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

test('an event is named by its action and its tag, else by the beginning of its digest', () => {
  const image = { repository: 'acme/app', tag: '1.0', digest };
  expect(eventName({ action: 'push', ...image })).toBe('push acme/app:1.0');
  expect(eventName({ action: 'delete', ...image, tag: undefined })).toBe(
    'delete acme/app@sha256:0123456789ab',
  );
  expect(imageName({ repository: 'acme/app' })).toBe('acme/app');
  expect(eventName({ action: 'scan' })).toBe('scan');
});

test.each([
  [-5, '0s'],
  [0, '0s'],
  [0.2, '1ms'],
  [250, '250ms'],
  [42_500, '42s'],
  [12 * 60_000 + 5_000, '12m'],
  [185 * 60_000, '3h 5m'],
  [180 * 60_000, '3h'],
  [52 * 60 * 60_000, '2d 4h'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [311, '311 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [28_416_000, '27.1 MiB'],
  [5 * 1024 ** 4, '5.0 TiB'],
  [5 * 1024 ** 5, '5120.0 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatSize(bytes)).toBe(text);
});

test('a count names one thing or several', () => {
  expect(plural(1, 'delivery', 'deliveries')).toBe('1 delivery');
  expect(plural(12_345, 'delivery', 'deliveries')).toBe('12,345 deliveries');
  expect(plural(0, 'request')).toBe('0 requests');
});
