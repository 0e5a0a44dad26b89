import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { Configuration } from '@longshore/embedded';
import { createObserver } from '@longshore/observe';
import { expect, onTestFinished, test } from 'vitest';
import { keepEmbeddedRedis } from './embedded.js';

const MAXMEMORY_BYTES = 64 * 2 ** 20;

/** Starts or joins the Redis of a folder. @returns the messages of the log */
async function keepIn(datadir: string, configuration: Configuration): Promise<() => Promise<string[]>> {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const observer = createObserver({ level: 'info', pretty: false, version: '0.0.0', destination });
  const redis = await keepEmbeddedRedis({ datadir, maxmemory: MAXMEMORY_BYTES, configuration }, observer);
  onTestFinished(() => redis.stop());
  return async () => {
    await observer.flush();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).msg);
  };
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(made, { recursive: true, force: true, maxRetries: 5 }));
  return made;
}

test('a relay with another configuration on the same datadir is informed whose Redis it shares', async () => {
  const datadir = await folder();
  await keepIn(datadir, { file: '/a.yml', fingerprint: 'a' });
  const messages = await keepIn(datadir, { file: '/b.yml', fingerprint: 'b' });
  const expected = `shares the Redis of pid ${process.pid}, which has another configuration (/a.yml)`;
  expect(await messages()).toEqual([expect.stringContaining(expected)]);
});

test.each([
  ['the same file, changed meanwhile', { file: '/a.yml', fingerprint: 'b' }],
  ['an equal file elsewhere', { file: '/b.yml', fingerprint: 'a' }],
])('%s is no other configuration', async (_, configuration) => {
  const datadir = await folder();
  await keepIn(datadir, { file: '/a.yml', fingerprint: 'a' });
  expect(await (await keepIn(datadir, configuration))()).toEqual([]);
});
