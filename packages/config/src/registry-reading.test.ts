/**
 * The registry's reading of its own file, case by case: samples/registry-3.1.json holds what the
 * configuration package of distribution 3.1.1 made of each text (null: it refused to start; durations are
 * nanoseconds). Here the same file must come to the same thing.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { HttpEndpoint } from './endpoint.js';
import { configFrom } from './read.js';
import { httpEndpoints } from './samples/endpoints.js';

type Samples = Record<string, [text: string, read: unknown][]>;

const samples: Samples = JSON.parse(
  readFileSync(new URL('./samples/registry-3.1.json', import.meta.url), 'utf8'),
);

const fileWith = (key: string, text: string): string => `version: 0.1
storage: inmemory
anchors:
  - &duration 5s
  - &list [l, m]
  - &text t
  - &headers {H: [h]}
  - &others {H: [o], O: [o]}
notifications:
  endpoints:
    - url: http://receiver/
      ${key}: ${text}
`;

const numberOr = (fallback: number, scale: number) => (read: unknown) =>
  BigInt(read as string) <= 0n ? fallback : Number(BigInt(read as string)) / scale;

/** What Longshore makes of a setting, and what it must be, given what the registry read. */
const readings: Record<string, { got(endpoint: HttpEndpoint): unknown; wanted(read: unknown): unknown }> = {
  timeout: {
    got: ({ timeout }) => timeout,
    // No timer of Node can be longer than 24 days.
    wanted: (read) => Math.min(numberOr(1_000, 1e6)(read), 24 * 24 * 3_600_000),
  },
  threshold: { got: ({ threshold }) => threshold, wanted: numberOr(10, 1) },
  disabled: { got: ({ disabled }) => disabled, wanted: (read) => read },
  name: { got: ({ name }) => name, wanted: (read) => read || 'endpoint-1' },
  ignoredmediatypes: { got: ({ ignore }) => ignore.mediatypes, wanted: (read) => read },
  headers: {
    got: ({ headers }) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, values]) => [name, values.map((one) => one.reveal())]),
      ),
    wanted: (read) => read,
  },
  ignore: {
    got: ({ ignore: { mediatypes, actions } }) => ({ mediatypes, actions }),
    wanted: (read) => read,
  },
};

const cases = Object.entries(samples).flatMap(([key, rows]) =>
  rows.map(([text, read]) => ({ key, text, read })),
);

test('every key that the registry reads has samples', () => {
  expect(Object.keys(samples).sort()).toEqual(Object.keys(readings).sort());
  expect(cases.length).toBeGreaterThan(150);
});

test.each(cases.filter(({ read }) => read !== null))(
  '$key: $text is read as the registry reads it',
  (sample) => {
    const { config, problems } = configFrom(Buffer.from(fileWith(sample.key, sample.text)), {});
    const endpoint = httpEndpoints(config)[0];
    expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
    if (endpoint === undefined) throw new Error('no endpoint');
    const reading = readings[sample.key];
    expect(reading?.got(endpoint)).toEqual(reading?.wanted(sample.read));
  },
);

test.each(cases.filter(({ read }) => read === null))(
  '$key: $text is refused as the registry refuses it',
  (sample) => {
    const text = fileWith(sample.key, sample.text);
    for (const flavored of [text, text.replace(/^storage.*\n|^anchors:\n|^ {2}- &.*\n/gm, '')]) {
      if (flavored !== text && sample.text.includes('*')) continue;
      const { config, problems } = configFrom(Buffer.from(flavored), {});
      expect(config).toBeUndefined();
      expect(
        problems.find(({ level, path }) => (level === 'error' && path.includes(sample.key)) || path === '')
          ?.line,
      ).toBe(flavored.split('\n').findIndex((line) => line.includes(`${sample.key}:`)) + 1);
    }
  },
);

test('only the first document counts, and only notifications of it', () => {
  const text = `${fileWith('name', 'first')}storageoptions: { quoted: 5 s }\n---\nnotifications: {endpoints: 5}\n`;
  const { config, problems } = configFrom(Buffer.from(text), {});
  expect(config?.notifications.endpoints.map(({ name }) => name)).toEqual(['first']);
  expect(problems.map(({ message }) => message).join()).toMatch(/second document/);
});

test.each(['notifications:', 'notifications: ~', 'notifications: {}', 'notifications: {endpoints: }', ''])(
  'a registry file with "%s" has no endpoints',
  (block) => {
    const { config, flavor } = configFrom(Buffer.from(`version: 0.1\nhttp: {addr: :5000}\n${block}\n`), {});
    expect(flavor).toBe('registry');
    expect(config?.notifications.endpoints).toEqual([]);
  },
);

test('what stands before a merge key is replaced by it, with a warning', () => {
  const text = `storage: inmemory
base: &base {timeout: 7s, threshold: 3, headers: {A: [merged]}}
notifications:
  endpoints:
    - {name: early, url: http://receiver/, timeout: 1s, <<: *base}
    - {<<: *base, name: late, url: http://receiver/, timeout: 1s}
`;
  const { config, problems } = configFrom(Buffer.from(text), {});
  expect(config?.notifications.endpoints.map(({ timeout, threshold }) => ({ timeout, threshold }))).toEqual([
    { timeout: 7_000, threshold: 3 },
    { timeout: 1_000, threshold: 3 },
  ]);
  expect(
    problems.filter(({ message }) => message.includes('<<')).map(({ path, line }) => [path, line]),
  ).toEqual([['notifications.endpoints[0].timeout', 5]]);
});
