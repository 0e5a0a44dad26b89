import { expect, test } from 'vitest';
import { isLoopback } from './loopback.js';

test.each(['localhost', '127.0.0.1', '127.8.9.10', '::1', '[::1]'])('%s is loopback', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['', '0.0.0.0', '::', '10.0.0.1', '127.evil.example.com', 'localhost.example.com'])(
  '%j is not loopback',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
