import { deliveryOf, takenOf } from '@longshore/event';
import { onEachPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { KEEP, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { BLOB, delivery, digestOf, INDEX, NOON } from '../testing/deliveries.js';
import { unpackPayload } from './stored.js';

const DAY_MS = 86_400_000;

onEachPostgres(() => {
  test('an event is one row, however often it comes and in whatever company', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const [a, b] = [
      delivery({ tag: '1', digest: digestOf('a') }),
      delivery({ tag: '2', digest: digestOf('b') }),
    ];
    expect(await write([a, b], unaborted())).toEqual(['stored', 'stored']);
    expect(await write([b, a], unaborted())).toEqual(['duplicate', 'duplicate']);
    const c = delivery({ tag: '3' });
    expect(await write([c, a, c], unaborted())).toEqual(['stored', 'duplicate', 'duplicate']);
    expect(await write([], unaborted())).toEqual([]);
    const rows = await archive.db.selectFrom('event').select('id').execute();
    expect(rows).toHaveLength(3);
  });

  test('ids of names are shared by rows, and by writers', async () => {
    const archive = await testArchive();
    const one = writerOf(archive);
    const other = writerOf(archive);
    const push = (tag: string) => delivery({ tag, actor: 'ci', agent: 'buildkit/v0.1' });
    await Promise.all([one.write([push('1')], unaborted()), other.write([push('2')], unaborted())]);
    const rows = await archive.db
      .selectFrom('event')
      .select(['repository_id', 'actor_id', 'agent_id', 'source_id'])
      .distinct()
      .execute();
    expect(rows).toHaveLength(1);
    expect(await archive.db.selectFrom('label').select('id').execute()).toHaveLength(5);
  });

  test('every column of an event', async () => {
    const archive = await testArchive();
    const id = '0192d3a4-5b6c-7d8e-9f00-112233445566';
    const requestId = '11111111-2222-4333-8444-555555555555';
    const target = {
      at: '2026-11-30T13:00:00.123456789+01:00',
      tag: '1.0',
      digest: digestOf('a'),
      size: 528,
    };
    await writerOf(archive).write([delivery({ id, requestId, ...target })], unaborted());
    const row = await archive.db
      .selectFrom('event as e')
      .innerJoin('repository as r', 'r.id', 'e.repository_id')
      .innerJoin('source as s', 's.id', 'e.source_id')
      .selectAll('e')
      .select(['r.name as repository', 's.name as source', 's.kind as sourceKind'])
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      ...{ at: '2026-11-30T12:00:00.123456Z', received_at: '2026-11-30T12:01:00Z' },
      ...{ event_uuid: id, event_id: null, request_id: requestId, addr: '10.1.2.3' },
      ...{ repository: 'acme/app', source: 'distribution', sourceKind: 'distribution' },
      ...{ action: 1, kind: 2, method: 2, tag: '1.0', size: 528, native_type_id: null },
    });
    expect(row.digest?.toString('hex')).toBe(`01${digestOf('a').slice(7)}`);
  });

  test('clocks of 1970 and 2099 are filed under the receipt, and once', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const wrong = ['1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z', 'yesterday'].map((at) => delivery({ at }));
    const late = delivery({ at: new Date(NOON - 80 * DAY_MS).toISOString() });
    expect(await write([...wrong, late], unaborted())).toEqual(Array(4).fill('stored'));
    const rows = await archive.db.selectFrom('event').select('at').orderBy('at').execute();
    expect(rows.map(({ at }) => at)).toEqual([
      '2026-09-11T12:00:00Z',
      ...Array(3).fill('2026-11-30T12:01:00Z'),
    ]);
    // The registry sends one of them again, a day later: it is known under the first receipt.
    const [first] = wrong;
    const again = wrong.map((one) => ({ ...one, receivedAt: one.receivedAt + DAY_MS }));
    expect(await write(again, unaborted())).toEqual(Array(3).fill('duplicate'));
    expect(first).toBeDefined();
  });

  test('a late event is one row, whatever the retention becomes before it comes again', async () => {
    const archive = await testArchive();
    const late = delivery({ at: new Date(NOON - 5 * 3_600_000).toISOString() });
    const short = writerOf(archive, { retention: 2 * 3_600_000 });
    const long = writerOf(archive, { retention: 90 * DAY_MS });
    expect(await short.write([late], unaborted())).toEqual(['stored']);
    expect(await long.write([late], unaborted())).toEqual(['duplicate']);
    const other = delivery({ at: new Date(NOON - 6 * 3_600_000).toISOString() });
    expect(await long.write([other], unaborted())).toEqual(['stored']);
    expect(await short.write([other], unaborted())).toEqual(['duplicate']);
  });

  test('names at their limits, and characters that PostgreSQL refuses', async () => {
    const archive = await testArchive();
    const repository = `acme/${'a'.repeat(250)}`;
    const nul = delivery({
      repository,
      tag: 'a\0b',
      actor: '\0',
      agent: 'x'.repeat(100_000),
      addr: 'nowhere',
    });
    const half = delivery({ repository, tag: '\ud800', actor: '\u{1F433}', extra: { note: '\0\ud800' } });
    const refs = [{ digest: 'sha256:\0', mediaType: 'a\0b' }];
    const listed = delivery({ repository, digest: digestOf('i'), mediaType: INDEX, references: refs });
    expect(await writerOf(archive).write([nul, half, listed], unaborted())).toEqual(Array(3).fill('stored'));
    const tags = await archive.db.selectFrom('event').select('tag').where('tag', 'is not', null).execute();
    expect(tags.map(({ tag }) => tag).sort()).toEqual(['a\uFFFDb', '\uFFFD']);
    const found = await archive.db.selectFrom('repository').select('name').execute();
    expect(found).toEqual([{ name: repository }]);
  });

  test.each([
    ['sha512', `sha512:${'ab'.repeat(64)}`],
    ['blake3', `blake3:${'cd'.repeat(32)}`],
    ['upper case', `sha256:${'AB'.repeat(32)}`],
    ['no digest at all', 'latest'],
    ['very long', `x:${'y'.repeat(5_000)}`],
  ])('a digest of any form: %s', async (_, digest) => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const one = delivery({ tag: 'a', digest });
    expect(await write([one], unaborted())).toEqual(['stored']);
    expect(await write([one], unaborted())).toEqual(['duplicate']);
  });

  test('an event without a repository, and one of a kind that no registry has', async () => {
    const archive = await testArchive();
    const scan = delivery({ mediaType: BLOB });
    const { event } = takenOf(scan);
    const other = deliveryOf(
      {
        ...takenOf(scan),
        event: {
          ...event,
          id: 'scan 1',
          class: 'other',
          action: 'SCANNING_COMPLETED',
          nativeType: 'SCANNING_COMPLETED',
          target: {},
        },
        payload: { event: { type: 'SCANNING_COMPLETED' } },
      },
      'archive',
    );
    expect(await writerOf(archive).write([other], unaborted())).toEqual(['stored']);
    const row = await archive.db
      .selectFrom('event as e')
      .innerJoin('label as l', 'l.id', 'e.native_type_id')
      .select(['e.action', 'e.event_id', 'e.repository_id', 'l.name'])
      .executeTakeFirstOrThrow();
    expect(row).toEqual({ action: 9, event_id: 'scan 1', repository_id: null, name: 'SCANNING_COMPLETED' });
  });

  test.each([
    ['full', '10.1.2.3', '2001:db8:1:2::3', true],
    ['network', '10.1.2.0/24', '2001:db8:1::/48', false],
    ['none', null, null, false],
  ] as const)('addresses: %s', async (addresses, ipv4, ipv6, isInBody) => {
    const archive = await testArchive();
    const writer = writerOf(archive, { addresses });
    const sent = [
      '10.1.2.3:40000',
      '[2001:db8:1:2::3]:40000',
      '::ffff:10.1.2.3',
      'fe80::1%eth0',
      'unix',
      '',
    ].map((addr, at) => delivery({ addr, at }));
    expect(await writer.write(sent, unaborted())).toEqual(Array(6).fill('stored'));
    const rows = await archive.db
      .selectFrom('event')
      .select(['addr', 'body', 'body_bytes'])
      .orderBy('at')
      .execute();
    expect(rows.map(({ addr }) => addr).slice(0, 3)).toEqual([ipv4, ipv6, ipv4]);
    expect(rows.map(({ addr }) => addr).slice(4)).toEqual([null, null]);
    const [first] = rows;
    const body = unpackPayload(first?.body ?? Buffer.alloc(0), first?.body_bytes ?? 0);
    expect(body.includes('10.1.2.3')).toBe(isInBody);
  });

  test('without bodies the columns are there', async () => {
    const archive = await testArchive();
    await writerOf(archive, { body: false }).write([delivery({ tag: '1' })], unaborted());
    const rows = await archive.db.selectFrom('event').select(['tag', 'body', 'body_bytes']).execute();
    expect(rows).toEqual([{ tag: '1', body: null, body_bytes: null }]);
    expect(KEEP.body).toBe(true);
  });
});
