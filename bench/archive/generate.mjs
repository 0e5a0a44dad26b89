/**
 * A registry's events for the bench of the archive: some that the writer wrote, and copies of them that PostgreSQL
 * makes, each some days later, with ids and digests of their own. Indexes are there before the rows, as in life.
 */
import { createHash } from 'node:crypto';
import { ensurePartitions } from '@longshore/archive/partitions';
import { createArchiveWriter } from '@longshore/archive/write';
import { deliveryOf, EVENTS_V2 } from '@longshore/event';

const DAY_MS = 86_400_000;
/** The events are of so many days before {@link END}. */
const DAYS = 90;
/** Midnight, so that the days of all copies are whole. */
const END = Date.UTC(2026, 10, 30);
const REPOSITORIES = 2_000;
const ACTORS = 300;
const CLIENTS = 12;
const ADDRESSES = 2_000;
const BATCH = 500;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Numbers from 0 to 1, the same in every run (mulberry32). */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hex = (text) => createHash('sha256').update(text).digest('hex');
const uuid = (text) => hex(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
const words = ['app', 'api', 'worker', 'cron', 'proxy', 'base', 'db', 'ui'];
const teams = ['acme', 'team', 'infra', 'library', 'edge', 'data', 'ml', 'web'];

/** Names that the queries ask for. `n` from 0: the first ones are busy. */
export const names = {
  repository: (n) => `${teams[n % 8]}/${words[(n >> 3) % 8]}-${n}`,
  actor: (n) => `user-${n}`,
  client: (n) => `containerd/v2.${n}.0`,
  addr: (n) => `10.${n >> 8}.${n & 255}.7`,
  tag: (n) => (n < 4 ? 'latest' : `1.${n}`),
};

/** A small number more often than a large one. */
const skewed = (random, count, power) => Math.floor(count * random() ** power);

function references(random, seed) {
  if (random() < 0.1) return undefined;
  return Array.from({ length: 5 }, (_, n) => ({
    mediaType: LAYER,
    digest: `sha256:${hex(`${seed} layer ${n}`)}`,
    size: 1_000_000 + n,
  }));
}

/** One event as a registry sends it. */
function delivery(n, at, random) {
  const repository = names.repository(skewed(random, REPOSITORIES, 3));
  const version = skewed(random, 30, 2);
  const [kind, part, way] = [random(), random(), random()];
  const action = kind < 0.85 ? 'pull' : kind < 0.97 ? 'push' : kind < 0.99 ? 'mount' : 'delete';
  const isManifest = part < 0.4;
  const digest = `sha256:${hex(`${repository} ${version} ${isManifest ? 'manifest' : Math.floor(way * 7)}`)}`;
  const place = `https://registry.example.com/v2/${repository}/${isManifest ? 'manifests' : 'blobs'}/${digest}`;
  const target = {
    ...(action !== 'delete' && { mediaType: isManifest ? MANIFEST : LAYER, size: 1_234, length: 1_234 }),
    ...{ digest, repository, url: place },
    ...(isManifest && way < 0.7 && { tag: names.tag(version) }),
    ...(isManifest && action !== 'delete' && { references: references(random, `${repository} ${version}`) }),
  };
  const method = { push: 'PUT', delete: 'DELETE', mount: 'POST' }[action] ?? (way < 0.3 ? 'HEAD' : 'GET');
  const timestamp = new Date(at).toISOString().replace('Z', `${String(n % 1_000).padStart(3, '0')}Z`);
  const id = uuid(`event ${n}`);
  const request = {
    id: uuid(`request ${n}`),
    addr: `${names.addr(skewed(random, ADDRESSES, 2))}:40000`,
    host: 'registry.example.com',
    method,
    useragent: names.client(skewed(random, CLIENTS, 2)),
  };
  const source = { addr: 'registry-0:5000', instanceID: '6e5c1f6e-2f4b-4a2e-9a43-0b6f5b3f8a11' };
  const actor = { name: names.actor(skewed(random, ACTORS, 2)) };
  const payload = { id, timestamp, action, target, request, actor, source };
  const event = { ...payload, class: 'event', nativeType: action };
  const taken = { event, payload: { event: payload }, contentType: EVENTS_V2, receivedAt: at + 500 };
  return deliveryOf({ ...taken, source: 'registry', kind: 'distribution' }, 'archive');
}

/**
 * Writes `count` events, of which the writer makes `written`.
 * @returns milliseconds of this process's CPU for an event that the writer wrote
 */
export async function generate(archive, count, written, progress = () => {}) {
  const copies = Math.max(1, Math.round(count / written));
  // Several copies share days when there are more copies than days.
  const span = Math.max(1, Math.floor(DAYS / copies));
  const start = END - DAYS * DAY_MS;
  const months = [0, 1, 2, 3, 4].map((n) => Date.UTC(2026, 7 + n, 1));
  await ensurePartitions(archive.pool, 'month', months);
  const options = { body: true, addresses: 'full', partition: 'month', retention: 0 };
  const writer = createArchiveWriter(archive, options);
  const random = chance(1);
  const { signal } = new AbortController();
  const before = process.cpuUsage();
  for (let at = 0; at < written; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, written - at) }, (_, n) =>
      delivery(at + n, start + Math.floor(((at + n) / written) * span * DAY_MS), random),
    );
    const results = await writer.write(batch, signal);
    if (results.some((result) => result !== 'stored'))
      throw new Error(`not stored: ${JSON.stringify(results)}`);
  }
  const { user, system } = process.cpuUsage(before);
  for (let copy = 1; copy < copies; copy++) {
    await copyAll(archive.pool, copy, Math.floor((copy * DAYS) / copies), start + span * DAY_MS);
    progress(copy + 1, copies);
  }
  await archive.pool.query(
    'update repository r set last_at = (select max(at) from event where repository_id = r.id)',
  );
  await archive.pool.query('vacuum (analyze)');
  return (user + system) / 1_000 / written;
}

/** One copy, `days` later. @param until the end of what the writer wrote */
async function copyAll(pool, copy, days, until) {
  const columns = [
    ...['size', 'repository_id', 'actor_id', 'agent_id', 'media_type_id', 'host_id', 'instance_id'],
    ...['from_repository_id', 'native_type_id', 'body_bytes', 'source_id', 'action', 'kind', 'method', 'tag'],
    ...['addr', 'event_id', 'body'],
  ].join(', ');
  await pool.query(
    `insert into event (at, received_at, id, event_uuid, request_id, digest, ${columns})
     select at + make_interval(days => $1::int), received_at + make_interval(days => $1::int), md5(id::text || $2::int)::uuid,
       md5(event_uuid::text || $2::int)::uuid, md5(request_id::text || $2::int)::uuid,
       set_byte(set_byte(digest, 1, $2::int % 256), 2, $2::int / 256), ${columns}
     from event where at < $3 order by at`,
    [days, copy, new Date(until)],
  );
  const last = new Date(until - DAY_MS / 2).toISOString().slice(0, 10);
  for (const [table, key, sums] of ROLLUPS) {
    await pool.query(
      `insert into ${table} (day, ${key}, ${sums.join(', ')})
       select day + $1::int, ${key}, ${sums.join(', ')} from ${table} where day <= $2
       on conflict (day, ${key}) do update set ${sums.map((sum) => `${sum} = ${table}.${sum} + excluded.${sum}`).join(', ')}`,
      [days, last],
    );
  }
}

const ROLLUPS = [
  ['pull_day', 'repository_id, tag, agent_id', ['pulls', 'checks', 'bytes']],
  ['push_day', 'repository_id, tag, actor_id', ['pushes', 'deletes', 'bytes']],
  ['activity_day', 'subject, subject_id, tag', ['pulls', 'checks', 'pushes', 'deletes', 'bytes']],
];
