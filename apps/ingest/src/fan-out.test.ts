/** A large event for many endpoints: what is on its way to Redis stays bounded, so that the process stays responsive. */
import { expect, test } from 'vitest';
import { anEvent, endpoints, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';

const MEBIBYTE = 2 ** 20;
const ENDPOINTS = 24;

test('a large event to many endpoints is written to Redis in parts, and nothing of it is lost', async () => {
  const names = Array.from({ length: ENDPOINTS }, (_, n) => `e${n}`);
  const ingest = await startIngest(endpoints(...names));
  const { client } = ingest;
  if (!('stream' in client)) throw new Error('a single Redis is expected');
  let most = 0;
  let done = false;
  const sample = (): void => {
    most = Math.max(most, client.stream.writableLength);
    if (!done) setImmediate(sample);
  };
  sample();
  const large = { ...anEvent(), actor: { name: 'x'.repeat(MEBIBYTE) } };
  const { status, json } = await ingest.post(envelope(large, anEvent()));
  done = true;
  expect([status, json]).toEqual([202, expect.objectContaining({ enqueued: 2 * ENDPOINTS })]);
  expect(await ingest.stored()).toEqual({ deliveries: 2 * ENDPOINTS, quarantined: 0 });
  // Two parts of 4 MiB and what else there is; all at once would be 24.
  expect(most).toBeLessThan(10 * MEBIBYTE);
});
