/** One very large event for many endpoints: the process continues its other work, and Redis keeps up. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TakenEvent } from '@longshore/event';
import { startRedis } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { anEndpoint, anEvent, aPublish, contextOf } from './testing/publishing.js';

const ENDPOINTS = 100;
const EVENT_BYTES = 7_000_000;
const LONGEST_TURN_MS = 100;

/** An image index with so many references as make an event of that size. */
function aLargeEvent() {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const reference = (size: number) => ({ mediaType, digest, size, length: size });
  const each = JSON.stringify(reference(1_000_000)).length + 1;
  const references = Array.from({ length: EVENT_BYTES / each }, (_, n) => reference(1_000_000 + n));
  return anEvent({ target: { repository: 'acme/app', tag: '1.0', references } });
}

test('an event of 7 MB for 100 endpoints neither blocks the process nor runs into the timeout of Redis', async () => {
  const redis = await startRedis();
  const relay = await aPublish(redis.url);
  const names = Array.from({ length: ENDPOINTS }, (_, n) => `e${n}`);
  const endpoints = names.map((name) => anEndpoint(name));
  await relay.publish([anEvent()], contextOf(endpoints)); // opens the queues
  const large = aLargeEvent();
  const size = JSON.stringify(large.payload.event).length;
  expect(size).toBeGreaterThan(EVENT_BYTES * 0.99);

  // What is stored is removed at once: Redis would hold 700 MB at the end.
  const keys = (event: TakenEvent) => names.map((name) => relay.jobKey(name, event));
  let stored = keys(large);
  const removing = setInterval(() => void redis.cli('UNLINK', ...stored), 100);
  onTestFinished(() => clearInterval(removing));

  // A collection of garbage, or another process on the same core, can lengthen a turn: what blocks does so each time.
  let longest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && longest >= LONGEST_TURN_MS; attempt++) {
    const event = aLargeEvent();
    stored = keys(event);
    const turns = longestTurn();
    const counts = await relay.publish([event], contextOf(endpoints, { bytes: size }));
    longest = Math.min(longest, await turns.end());
    expect(counts).toMatchObject({ enqueued: ENDPOINTS, duplicates: 0 });
  }
  expect(longest).toBeLessThan(LONGEST_TURN_MS);
}, 240_000);

/** Milliseconds of CPU that the longest turn of the event loop took: time in which the process waited does not count. */
function longestTurn() {
  let longest = 0;
  let done = false;
  const watching = (async () => {
    while (!done) {
      const before = process.cpuUsage();
      await nextTurn();
      const { user, system } = process.cpuUsage(before);
      longest = Math.max(longest, (user + system) / 1_000);
    }
  })();
  return {
    async end(): Promise<number> {
      done = true;
      await watching;
      return longest;
    },
  };
}
