import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { HistoryEntry } from '@longshore/event';
import { expect, test } from 'vitest';
import { attempted, failure, received } from '../testing/trail.js';
import { decode, encode } from './chunk.js';

test('what is written is read again, entry by entry', async () => {
  const receipt = received({
    remote: '10.0.0.1',
    actor: 'ci',
    ignored: [{ endpoint: 'three', rule: 'tag' }],
  });
  const known = { ...receipt, planned: receipt.planned.map((one) => ({ ...one, known: true })) };
  const entries: HistoryEntry[] = [
    receipt,
    known,
    received({ dedupe: 'registry/7', eventId: '7' }),
    attempted(receipt, {
      ...failure,
      answer: 'busy',
      detail: 'it is busy',
      retryAt: 1,
      opening: { dns: 2, connect: 0 },
    }),
    attempted(receipt, { answer: '' }),
    { step: 'quarantined', at: 1, source: 's', kind: 'k', quarantineId: 'q', reason: 'r', bytes: 3 },
    { step: 'gap', at: 2, since: 1, count: 3, why: 'away' },
  ];
  const { data, events } = await encode('w', 7, entries);
  expect(events).toBe(4);
  expect(await decode(data)).toEqual({ id: 'w 7', entries });
});

test('the same answer a thousand times is stored once', async () => {
  const answers = (answer: () => string) =>
    Array.from({ length: 1_000 }, () =>
      attempted(received({ eventId: 'e' }), { ...failure, answer: answer() }),
    );
  const text = () => randomBytes(1_024).toString('hex');
  const one = text();
  const [same, different] = [
    await encode(
      'w',
      0,
      answers(() => one),
    ),
    await encode('w', 0, answers(text)),
  ];
  expect(same.data.length).toBeLessThan(different.data.length / 50);
});

test('an event of a busy relay takes some 130 bytes, one alone less than 250', async () => {
  const event = () => {
    const receipt = received({
      remote: '10.0.0.1',
      view: {
        action: 'push',
        repository: 'acme/app',
        tag: '1',
        digest: `sha256:${randomBytes(32).toString('hex')}`,
      },
    });
    return [receipt, attempted(receipt)];
  };
  const sizeOf = ({ data, terms }: { data: Buffer; terms: Buffer }) => data.length + terms.length;
  const many = await encode('w', 0, Array.from({ length: 200 }, event).flat());
  expect(sizeOf(many) / 200).toBeLessThan(150);
  expect(sizeOf(await encode('w', 0, event()))).toBeLessThan(250);
});

test('a step that a newer version has written is left out, and nothing else is', async () => {
  const receipt = received();
  const unheardOf = { ...attempted(receipt), step: 'collapsed' };
  const { data } = await encode('w', 0, [receipt, unheardOf as unknown as HistoryEntry]);
  expect((await decode(data))?.entries).toEqual([receipt]);
});

test('what is damaged, or of another version, is nothing', async () => {
  const { data } = await encode('w', 0, [received()]);
  expect(await decode(data.subarray(0, 20))).toBeUndefined();
  expect(await decode(Buffer.from('no chunk'))).toBeUndefined();
  expect(await decode(deflateRawSync(JSON.stringify({ v: 2, entries: [] })))).toBeUndefined();
});
