import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { selfSigned } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describe } from './describe.js';
import { ANY_INDEX, listSettings, variableOf } from './listing.js';
import { configFrom } from './read.js';
import { configurationPage, jsonSchema } from './reference.js';
import { settings } from './schema.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = (name: string) => readFile(join(ROOT, 'docs/reference', name), 'utf8');
const run = promisify(execFile);

test('the pages are fresh', async () => {
  expect(await page('configuration.md')).toBe(configurationPage());
  expect(JSON.parse(await page('longshore.schema.json'))).toEqual(jsonSchema());
});

test('every setting has words', () => {
  const silent = listSettings(settings).filter(({ words }) => words === '');
  expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
});

test('every key, environment included, is its own', () => {
  const variables = listSettings(settings).flatMap(({ path }) => variableOf(path) ?? []);
  expect(new Set(variables).size).toBe(variables.length);
  // A key with a `_` could not be distinguished from two keys.
  for (const { path } of listSettings(settings)) expect(path.join('')).toMatch(/^[a-z\d[\]*]+$/);
});

test('the default that the page names is the one that holds', () => {
  const { data } = describe(settings.parse({}));
  const valueAt = (path: readonly string[]) =>
    path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], data);
  // A block that is absent by default, such as `dashboard.auth.oidc`.
  const isOptional = (path: readonly string[]) => valueAt(path) === undefined;
  expect(isOptional(['dashboard', 'auth', 'oidc'])).toBe(true);
  expect(isOptional(['redis', 'wait'])).toBe(false);
  for (const { path, fallback } of listSettings(settings)) {
    if (fallback === undefined || path.includes(ANY_INDEX) || isOptional(path.slice(0, -1))) continue;
    expect(valueAt(path), path.join('.')).toEqual(fallback);
  }
});

test('the example has every setting and no problem', async () => {
  const text = await page('longshore.example.yml');
  const names = [...text.matchAll(/env:(\w+)/g)].map(([, name = '']) => name);
  const { cert, key } = selfSigned({ names: ['client'], days: 90 });
  const textOf = (name: string): string => {
    if (/_CA$|_PEM$/.test(name)) return cert;
    if (name.endsWith('_KEY')) return key;
    if (name === 'DATABASE_URL') return 'postgres://x/longshore';
    return name === 'REDIS_URL' ? 'redis://x:6379' : `http://${name.toLowerCase()}/`;
  };
  const env = Object.fromEntries(names.map((name) => [name, textOf(name)]));
  const { config, problems, flavor } = configFrom(Buffer.from(text), env);
  expect([problems, flavor]).toEqual([[], 'longshore']);
  expect(config?.notifications.endpoints.length).toBeGreaterThan(1);
  for (const { path } of listSettings(settings)) {
    const key = path.findLast((step) => /^[a-z\d]+$/.test(step));
    expect(text, path.join('.')).toMatch(new RegExp(`\\b${key}:`));
  }
});

test('an editor takes what Longshore takes, and marks what it refuses', () => {
  const editor = z.fromJSONSchema(jsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const endpoint = { name: 'one', url: 'http://one/' };
  const warm = (...targets: object[]) => ({
    notifications: { endpoints: [{ name: 'warm', kind: 'preheat', preheat: { targets } }] },
  });
  const good = [
    {},
    {
      version: 0.1,
      notifications: { endpoints: [{ ...endpoint, timeout: 500, backoff: '1m30s', schedule: ['5s'] }] },
    },
    {
      ingest: { maxbody: 1_048_576, auth: { bearer: 'a', basic: { u: ['b', 'c'] } } },
      redis: { maxmemory: '2GiB' },
    },
    warm(
      { name: 'a', kind: 'kraken', origin: ['http://a', 'http://b'] },
      { name: 'b', kind: 'webhook', url: 'http://b' },
    ),
  ];
  const bad = [
    { notification: {} },
    { notifications: { endpoints: [{ name: 'one' }] } },
    { notifications: { endpoints: [{ ...endpoint, timeout: '1d' }] } },
    { notifications: { endpoints: [{ ...endpoint, headers: { A: 'x' } }] } },
    { notifications: { endpoints: [{ ...endpoint, disabled: 'yes' }] } },
    { notifications: { endpoints: [{ ...endpoint, concurrency: 0 }] } },
    { ingest: { listen: 'nowhere' } },
    { log: { level: 'loud' } },
    { notifications: { endpoints: [{ ...endpoint, preheat: { targets: [] } }] } },
    { notifications: { endpoints: [{ ...endpoint, kind: 'preheat', preheat: { targets: [] } }] } },
    warm({ name: 'a', kind: 'mirror', url: 'http://a' }),
    warm({ name: 'a', kind: 'webhook' }),
    warm({ name: 'a', kind: 'webhook', url: 'http://a', method: 'head' }),
  ];
  for (const config of good) expect(editor.safeParse(config).error, JSON.stringify(config)).toBeUndefined();
  for (const config of bad) expect(editor.safeParse(config).success, JSON.stringify(config)).toBe(false);
});

test('the script names the page that is stale and exits 1', { timeout: 120_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'longshore-reference-'));
  const script = (...args: string[]) =>
    run(process.execPath, [join(ROOT, 'scripts/gen-reference.mjs'), '--dir', dir, ...args]);
  try {
    await expect(script('--check')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('errors.md is missing'),
    });
    await script();
    await expect(script('--check')).resolves.toMatchObject({ stderr: '' });
    await writeFile(join(dir, 'configuration.md'), 'old');
    await expect(script('--check')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/configuration\.md is stale.*\n$/),
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
