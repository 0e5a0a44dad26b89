import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SINK_KINDS } from './kinds.js';
import { openSink } from './registry.js';
import { aDelivery, anAttempt, theFormat } from './testing/builders.js';
import { answering, receiver } from './testing/receiver.js';

test('every sink folder is in the list of kinds, and every kind has a folder', () => {
  const foldersOf = (place: string) =>
    readdirSync(`${import.meta.dirname}/${place}`, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['brokers', 'entries', 'testing'].includes(entry.name))
      .map((entry) => entry.name);
  expect([...SINK_KINDS].sort()).toEqual([...foldersOf('.'), ...foldersOf('brokers')].sort());
});

test('a sink is opened by its kind', async () => {
  const { url } = await receiver(answering(204));
  const options = { headers: {}, timeout: 10_000, concurrency: 1, userAgent: 'longshore/0', annotate: false };
  const format = theFormat();
  const sink = openSink('http', { name: 'alistener', url, format, ...options });
  expect(await sink.send([aDelivery()], anAttempt())).toMatchObject([{ kind: 'delivered', status: 204 }]);
  await sink.close();
});
