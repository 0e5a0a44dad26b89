/** Lines of a registry's log: joined with events in either order, and failed pulls. */
import { randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V1, type RegistryEvent } from '@longshore/event';
import { expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { createImageMaker } from '../images/maker.js';
import { noFault, testArchive, unaborted, writerOf } from '../testing/archive.js';
import { BLOB, delivery, digestOf, MANIFEST } from '../testing/deliveries.js';
import { createPullMaker } from './maker.js';
import { dueClients } from './store/due.js';
import type { PullEvent } from './types.js';

const at = (ago: number): string => new Date(Date.now() - ago * 1_000).toISOString();
const app = digestOf('app');
const big = { digest: digestOf('big'), size: 64_000_000 };
const config = { digest: digestOf('config'), size: 100 };

/** What a test says of a line. */
interface Line {
  ago: number;
  status: number;
  written?: number;
  requestId?: string;
  kind?: 'manifest' | 'blob' | 'other';
  method?: string;
  repository?: string;
  reference?: string;
  addr?: string;
}

function line(said: Line): Delivery {
  const { ago, status, written = 0, kind = 'blob', method = 'GET', repository = 'acme/app' } = said;
  const { reference = big.digest, requestId = randomUUID(), addr = '10.1.2.3:999' } = said;
  const timestamp = at(ago);
  const target = { repository, ...(reference.includes(':') ? { digest: reference } : { tag: reference }) };
  const request = {
    id: requestId,
    addr,
    host: 'registry.example.com',
    method,
    useragent: 'containerd/v2.0.0',
  };
  const event: RegistryEvent = {
    ...{
      id: randomUUID(),
      class: 'log',
      action: 'request',
      nativeType: 'request',
      timestamp,
      target,
      request,
    },
  };
  const log = { status, written, kind, uri: `/v2/${repository}/${kind}s/${reference}`, duration: 5 };
  const payload = { event: { id: event.id, timestamp, action: 'request', target, request, actor: {}, log } };
  const from = { source: 'log', kind: 'distribution-log', contentType: EVENTS_V1, receivedAt: Date.now() };
  return deliveryOf({ event, payload, ...from }, 'archive');
}

const pull = (ago: number, said: object): Delivery =>
  delivery({ action: 'pull', method: 'GET', at: at(ago), receivedAt: Date.now(), ...said });
const manifest = (ago: number): Delivery =>
  pull(ago, {
    ...{ tag: '1.0', digest: app, mediaType: MANIFEST },
    references: [config, big].map((one) => ({ ...one, mediaType: BLOB })),
  });

const write = (archive: Archive, ...deliveries: Delivery[]) =>
  writerOf(archive).write(deliveries, unaborted());

async function made(archive: Archive): Promise<PullEvent[]> {
  const parts = { archive, registryOf: () => undefined, onProblem: () => {} };
  const pulls = createPullMaker({
    ...parts,
    settings: () => ({ key: ['addr', 'actor', 'agent'], grace: 30_000, partition: 'month' }),
    redirects: () => false,
    onFault: noFault,
  });
  await pulls.make(async () => true, unaborted());
  const images = createImageMaker({
    ...parts,
    settings: () => ({ settle: 0, orphan: 0, untagged: false, partition: 'month' }),
    sourcesOf: (source) => [source],
    onFault: noFault,
  });
  const events: PullEvent[] = [];
  await images.publish(async ({ event }) => void events.push(event as PullEvent));
  return events;
}

test('a line that shows less than the layer is an interruption at once, whichever came first', async () => {
  for (const order of [
    [0, 1],
    [1, 0],
  ]) {
    const archive = await testArchive();
    const requestId = randomUUID();
    const parts = [
      [manifest(20), pull(15, { ...big, mediaType: BLOB, requestId })],
      [line({ ago: 15, status: 200, written: 13_002_165, requestId })],
    ];
    const events: PullEvent[] = [];
    for (const n of order) {
      await write(archive, ...(parts[n] ?? []));
      if (n === 1 || order[1] === 0)
        await archive.pool.query(`update pull_due set due_at = now() - interval '1 day'`);
      events.push(...(await made(archive)));
    }
    expect(events).toMatchObject([
      {
        ...{ action: 'pull.interrupted', repository: 'acme/app', tag: '1.0', digest: app, layer: big.digest },
        ...{ size: 64_000_000, transferredBytes: 13_002_165, addr: '10.1.2.3' },
      },
    ]);
    expect(await made(archive)).toEqual([]);
  }
});

test('the pull of the interrupted layer ends as interrupted', async () => {
  const archive = await testArchive();
  const requestId = randomUUID();
  const blob = pull(990, { ...big, mediaType: BLOB, requestId });
  const sent = line({ ago: 990, status: 200, written: 1_000_000, requestId });
  await write(archive, manifest(1_000), blob, sent, sent);
  const events = await made(archive);
  expect(events.find(({ action }) => action === 'image.pulled')).toMatchObject({
    ...{
      state: 'interrupted',
      evidence: 'events+log',
      transferredBytes: 1_000_000,
      expectedBytes: 64_000_100,
    },
  });
  expect(events).toHaveLength(2);
});

test('which answers are failed pulls', async () => {
  const archive = await testArchive();
  const missing = { kind: 'manifest' as const, reference: 'nope' };
  await write(
    archive,
    line({ ago: 100, status: 404, ...missing }),
    line({ ago: 99, status: 404, method: 'HEAD', ...missing }),
    line({ ago: 98, status: 429 }),
    line({ ago: 97, status: 403, repository: 'acme/secret' }),
    line({ ago: 96, status: 404, method: 'HEAD' }),
    line({ ago: 95, status: 401, kind: 'other', reference: 'x' }),
    line({ ago: 94, status: 500 }),
    line({ ago: 93, status: 404, method: 'PUT', ...missing }),
    line({ ago: 92, status: 200, written: 64_000_000 }),
  );
  const events = await made(archive);
  expect(
    events.map((event) => event.action === 'pull.failed' && [event.status, event.method, event.tag]),
  ).toEqual([
    [404, 'GET', 'nope'],
    [404, 'HEAD', 'nope'],
    [429, 'GET', undefined],
    [403, 'GET', undefined],
  ]);
  expect(events[3]).toMatchObject({
    ...{
      source: 'log',
      repository: 'acme/secret',
      digest: big.digest,
      addr: '10.1.2.3',
      userAgent: 'containerd/v2.0.0',
    },
  });
  expect(await made(archive)).toEqual([]);
});

test('a 401 that the same client follows with success is how it signs in', async () => {
  const archive = await testArchive();
  const asked = { kind: 'manifest' as const, reference: '1.0' };
  await write(
    archive,
    line({ ago: 200, status: 401, ...asked }),
    line({ ago: 150, status: 200, ...asked }),
    line({ ago: 200, status: 401, ...asked, addr: '10.9.9.9:1' }),
    line({ ago: 80, status: 401, ...asked, repository: 'acme/late' }),
    line({ ago: 10, status: 200, ...asked, repository: 'acme/late' }),
  );
  expect(await made(archive)).toEqual([]);
  await archive.pool.query(`update log_line set arrived_at = arrived_at - interval '91 seconds'`);
  const events = await made(archive);
  expect(events.map(({ addr, repository }) => [repository, addr])).toEqual([
    ['acme/app', '10.9.9.9'],
    ['acme/late', '10.1.2.3'],
  ]);
});

test('a client that a line is about is due at once, after those that wait longer', async () => {
  const archive = await testArchive();
  await write(archive, pull(100, { digest: app, addr: '10.0.0.9:1' }));
  await archive.pool.query(`update pull_due set due_at = now() - interval '40 seconds'`);
  await write(archive, line({ ago: 10, status: 200 }));
  const due = await dueClients(archive.pool, 30_000);
  expect(due.map(({ addr }) => addr)).toEqual(['10.0.0.9', '10.1.2.3']);
});

test('a line is stored also when retention has dropped the partition that the writer knew', async () => {
  const archive = await testArchive();
  const { write } = writerOf(archive);
  await write([line({ ago: 10, status: 200 })], unaborted());
  const { rows } = await archive.pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'log_line'::regclass`,
  );
  for (const { name } of rows) await archive.pool.query(`drop table ${name}`);
  expect(await write([line({ ago: 10, status: 200 })], unaborted())).toEqual(['stored']);
});
