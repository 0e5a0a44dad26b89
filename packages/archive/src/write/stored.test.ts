import { type Delivery, deliveryOf, takenOf } from '@longshore/event';
import { expect, test } from 'vitest';
import { digestText } from '../db/digest.js';
import type { Archive } from '../db/open.js';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf } from '../testing/deliveries.js';
import { rowId, unpackDelivery, unpackPayload } from './stored.js';

/** Everything that is in the archive, as deliveries again. */
async function readAll(archive: Archive) {
  const { rows } = await archive.pool.query(`
    select e.*, s.name as source, s.kind as source_kind, r.name as repository, n.name as native_type, m.name as media_type
    from event e join source s on s.id = e.source_id left join repository r on r.id = e.repository_id
    left join label n on n.id = e.native_type_id left join label m on m.id = e.media_type_id`);
  return rows.map((row) =>
    unpackDelivery(
      {
        eventId: row.event_uuid ?? row.event_id,
        source: row.source,
        sourceKind: row.source_kind,
        action: row.action,
        nativeType: row.native_type,
        repository: row.repository,
        tag: row.tag,
        digest: row.digest && digestText(row.digest),
        mediaType: row.media_type,
        receivedAt: row.received_at,
      },
      row.body,
      row.body_bytes,
    ),
  );
}

/** As a change of the delivery by JSON leaves it. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const push = delivery({ id: '0192d3a4-5b6c-7d8e-9f00-112233445566', tag: '1.0', digest: digestOf('a') });

const CASES: [string, Delivery][] = [
  ['an ordinary push', push],
  [
    'a media type of the envelope of 2.x',
    { ...push, contentType: 'application/vnd.docker.distribution.events.v1+json' },
  ],
  ['a source of another kind', { ...push, kind: 'harbor' }],
  ['a time in another form', { ...push, timestamp: '1796012345' }],
  ['an id that is none by itself', { ...push, dedupe: 'urn:a 0192d3a4-5b6c-7d8e-9f00-112233445566' }],
  ['an id that is no UUID', { ...push, eventId: 'evt_1\0' }],
  ['a tag with U+0000', { ...push, view: { ...push.view, tag: '1\0' } }],
  ['a repository of 5,000 characters', { ...push, view: { ...push.view, repository: 'a'.repeat(5_000) } }],
  ['a digest that is only in the view', { ...push, view: { ...push.view, digest: 'sha256:ABC' } }],
  ['another class', { ...push, class: 'other', nativeType: 'SCANNING', view: { action: 'SCANNING' } }],
  [
    'a number that JavaScript rounds',
    { ...push, payload: { text: '{"action":"push","n":12345678901234567890}' } },
  ],
  ['a large body', { ...push, payload: { event: { ...push.payload.event, notes: 'x'.repeat(100_000) } } }],
];

test.each(CASES)('a delivery is given back whole: %s', async (_, one) => {
  const archive = await testArchive();
  // The source is known as what it was first.
  await writerOf(archive).write([delivery()], unaborted());
  await archive.pool.query('truncate event');
  expect(await writerOf(archive).write([one], unaborted())).toEqual(['stored']);
  const [found, ...others] = await readAll(archive);
  expect(others).toEqual([]);
  const { id, endpoint, ...stored } = one;
  expect(plain(found)).toEqual(plain(stored));
  // So it is the same delivery to any endpoint.
  const again = deliveryOf(takenOf({ id, endpoint, ...stored, ...found }), 'archive');
  expect(again.id).toBe(deliveryOf(takenOf(one), 'archive').id);
});

test('the text that is delivered is the one that came', async () => {
  const archive = await testArchive();
  const text = '{"action": "push",  "n": 12345678901234567890}';
  await writerOf(archive).write([{ ...push, payload: { text } }], unaborted());
  const row = await archive.db.selectFrom('event').select(['body', 'body_bytes']).executeTakeFirstOrThrow();
  expect(unpackPayload(row.body ?? Buffer.alloc(0), row.body_bytes ?? 0)).toBe(text);
});

test('the id of a row never changes: it is in every archive', () => {
  expect(rowId('distribution', 'e')).toBe('f4658254-882c-f9fe-f974-a96d1f348ece');
});
