import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { aCache, PARTS, theImage } from '../../../testing/cache.js';
import { aPullThrough } from '../../../testing/targets.js';
import { aCall } from '../../../testing/warm.js';

const { role, digest = '', size, text = '' } = PARTS.layer;
const LAYER = { role, digest, size };

async function trickle(response: ServerResponse, every: number): Promise<void> {
  response.writeHead(200, { 'content-length': text.length });
  for (const character of text) {
    await delay(every);
    response.write(character);
  }
  response.end();
}

describe('a transfer', () => {
  test('that goes on is never given up, however long it takes', async () => {
    let aborted = false;
    const cache = await aCache((response) => {
      response.on('close', () => {
        aborted = !response.writableFinished;
      });
      void trickle(response, 200);
      return true;
    });
    const target = aPullThrough({ url: cache.base, timeout: 2_500 });
    expect(text.length * 200).toBeGreaterThan(2_500);
    expect(await target.warm(theImage(), LAYER, aCall())).toEqual({
      state: 'warmed',
      bytes: size,
      verified: true,
    });
    expect(aborted).toBe(false);
  });

  test('of which no byte comes for as long as the timeout is given up', async () => {
    const cache = await aCache((response) => {
      response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, 3));
      return true;
    });
    const target = aPullThrough({ url: cache.base, timeout: 200 });
    expect(await target.warm(theImage(), LAYER, aCall())).toMatchObject({
      reason: 'timeout',
      retryable: true,
    });
  });

  test('is waited for by HEAD until the cache has it', async () => {
    const cache = await aCache((response) => {
      void delay(300).then(() => response.writeHead(200, { 'content-length': text.length }).end());
      return true;
    });
    const target = aPullThrough({ url: cache.base, method: 'head', timeout: 10_000 });
    expect(await target.warm(theImage(), LAYER, aCall())).toEqual({
      state: 'warmed',
      bytes: size,
      verified: false,
    });
  });

  test('that breaks is a failure, not a warm blob', async () => {
    const cache = await aCache((response) => {
      response
        .writeHead(200, { 'content-length': text.length })
        .write(text.slice(0, 3), () => response.destroy());
      return true;
    });
    expect(await aPullThrough({ url: cache.base }).warm(theImage(), LAYER, aCall())).toMatchObject({
      state: 'failed',
      reason: 'reset',
      retryable: true,
    });
  });

  test('ends with the shutdown signal', async () => {
    const shutdown = new AbortController();
    const cache = await aCache((response) => {
      response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, 3));
      shutdown.abort();
      return true;
    });
    const target = aPullThrough({ url: cache.base });
    expect(await target.warm(theImage(), LAYER, { signal: shutdown.signal })).toEqual({ state: 'aborted' });
    await expect.poll(cache.open).toBe(0);
  });
});
