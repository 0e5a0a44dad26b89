/**
 * One Redis for a whole vitest run, and a prefix for each test, so that tests do not meet in it.
 *
 * vitest calls the default export once, before and after all tests (`globalSetup` in vitest.config.ts). Where there
 * is no Redis the run continues, and only tests that need it fail.
 */
import { randomBytes } from 'node:crypto';
import { findRedisServer } from '@longshore/embedded/redis';
import { expect, inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { startRedis } from './redis.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the shared Redis; empty where none could be started. */
    redisUrl: string;
  }
}

/** vitest's `globalSetup`: starts the shared Redis and returns what stops it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const found = await findRedisServer().catch(() => undefined);
  const redis = found ? await startRedis() : undefined;
  project.provide('redisUrl', redis?.url ?? '');
  return redis?.stop;
}

/** `redis://…` of the Redis that all tests of this run share. Throws where there is none. */
export function redisUrl(): string {
  const url = inject('redisUrl');
  if (!url) throw new Error('no shared Redis: install redis-server (npm test does, where it may)');
  return url;
}

/** A prefix of keys that no other test has; it ends in words of the test's title, to be found in `KEYS *`. */
export function testPrefix(): string {
  const title = expect.getState().currentTestName ?? 'no test';
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return ['test', randomBytes(4).toString('hex'), ...words.slice(-4)].join('-');
}
