/** All that is known of a repository in which something is open. */
import type pg from 'pg';
import { digestBytes, digestText } from '../../db/digest.js';
import { inOrder, isManifestPush } from '../order.js';
import type { ImageSettings, RawEvent, Reported, Scene, TagBefore } from '../types.js';
import type { DueRepository } from './due.js';
import { manifestsOf } from './manifests.js';
import { atText, EVENT_COLUMNS, type EventRow, rawOf } from './rows.js';

/** What is decided at once, and what is looked at for it. More is left to the next turn, or out of the sizes. */
const MOST_OPEN = 2_000;
const MOST_NEARBY = 20_000;
const MOST_REPORTED = 500;
const HOUR_MS = 3_600_000;

const OPEN = `
  select ${EVENT_COLUMNS}, extract(epoch from now() - o.arrived_at)::float8 * 1000 as age
  from image_open o
  join event e on e.at = o.at and e.id = o.id
  join repository r on r.id = e.repository_id join source s on s.id = r.source_id
  where o.repository_id = any($1::int[])
  order by o.at, o.id limit ${MOST_OPEN}`;

/** Retention, or an operator, may have removed an event. */
const FORGET = `
  delete from image_open o where o.repository_id = any($1::int[])
    and not exists (select 1 from event e where e.at = o.at and e.id = o.id)`;

const NEARBY = `
  select ${EVENT_COLUMNS}
  from event e join repository r on r.id = e.repository_id join source s on s.id = r.source_id
  where e.repository_id = any($1::int[]) and e.at between $2 and $3
    and (e.action in (1, 2) or e.action = 0 and e.method = 1)
    and not exists (select 1 from image_open o where o.repository_id = e.repository_id and o.at = e.at and o.id = e.id)
  order by e.at desc limit ${MOST_NEARBY}`;

const BEFORE = `
  select m.id, m.tag, m.from_digest as "from",
    (select p.deleted from tag_move p where p.repository_id = m.repository_id and p.tag = m.tag
      and (p.at, p.id) < (m.at, m.id) and (p.moved or p.clears is null) order by p.at desc, p.id desc limit 1) as gone,
    exists (select 1 from tag_move l where l.repository_id = m.repository_id and l.tag = m.tag
      and (l.at, l.id) > (m.at, m.id) and (l.moved or l.clears is null)
      and not exists (select 1 from image_open o where o.repository_id = l.repository_id and o.at = l.at and o.id = l.id)
    ) as late
  from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bytea[]) w (id, at, tag, digest)
  cross join lateral (
    select n.repository_id, n.tag from tag_move n
    where n.repository_id = any($5::int[]) and n.tag = w.tag and n.at = w.at and n.id = w.id
    union
    select n.repository_id, n.tag from tag_move n
    where w.tag is null and n.repository_id = any($5::int[]) and n.to_digest = w.digest and n.clears is null) t
  join tag_move m on m.repository_id = t.repository_id and m.tag = t.tag and m.at = w.at and m.id = w.id
    and (m.clears is null or m.moved)
  order by m.tag`;

const REPORTED = `
  select id, ${atText('at')} as at, digest, tags, body
  from image_event
  where repository_id = any($1::int[]) and type = 0 and digest is not null and at between $2 and $3
  order by at desc limit ${MOST_REPORTED}`;

/** Undefined when nothing is open any more. Rejects with the error of PostgreSQL. */
export async function readScene(
  pool: pg.Pool,
  { ids, name }: DueRepository,
  settings: ImageSettings,
): Promise<Scene | undefined> {
  const { rows } = await pool.query<EventRow & { age: number }>(OPEN, [ids]);
  const open = inOrder(eventsOf(rows));
  const [first, last] = [open[0], open.at(-1)];
  if (!first || !last) {
    await pool.query(FORGET, [ids]);
    return undefined;
  }
  const ages = new Map(rows.map(({ id, age }) => [id, age]));
  const near = [ids, shifted(first.at, -HOUR_MS), last.at];
  const around = [ids, shifted(first.at, -settings.orphan), shifted(last.at, settings.orphan)];
  const [nearby, before, reported] = await Promise.all([
    pool.query<EventRow>(NEARBY, near),
    readBefore(pool, ids, open),
    pool.query<ReportedRow>(REPORTED, around),
  ]);
  const scene = {
    repository: name,
    open,
    age: (event: RawEvent) => ages.get(event.id) ?? 0,
    nearby: eventsOf(nearby.rows),
    before,
    reported: reported.rows.map(reportedOf),
    settings,
  };
  return { ...scene, manifests: await manifestsOf(pool, ids, digestsIn(scene)) };
}

const eventsOf = (rows: readonly EventRow[]): RawEvent[] =>
  rows.map(rawOf).filter((event) => event !== undefined);

const shifted = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

interface ReportedRow {
  id: string;
  at: string;
  digest: Buffer;
  tags: string[];
  body: { source: string; sources?: string[] };
}

function reportedOf({ id, at, digest, tags, body }: ReportedRow): Reported {
  return { id, at, digest: digestText(digest), tags, sources: body.sources ?? [body.source] };
}

interface BeforeRow {
  id: string;
  tag: string;
  from: Buffer | null;
  /** Null: the archive had not seen the tag. */
  gone: boolean | null;
  late: boolean;
}

async function readBefore(
  pool: pg.Pool,
  ids: readonly number[],
  open: readonly RawEvent[],
): Promise<Map<string, TagBefore[]>> {
  const { rows } = await pool.query<BeforeRow>(BEFORE, [
    open.map(({ id }) => id),
    open.map(({ at }) => at),
    open.map(({ tag }) => tag ?? null),
    open.map(({ digest }) => (digest === undefined ? null : digestBytes(digest))),
    ids,
  ]);
  const before = new Map<string, TagBefore[]>();
  for (const { id, tag, from, gone, late } of rows) {
    const was = { tag, late, ...(gone !== null && wasAt(from && digestText(from), gone)) };
    before.set(id, [...(before.get(id) ?? []), was]);
  }
  return before;
}

/** What a tag that was seen had pointed to. */
export const wasAt = (digest: string | null, gone: boolean): Pick<TagBefore, 'from' | 'there'> =>
  digest === null && !gone ? { there: true } : { from: digest };

/** Digests of manifests that a decision looks at, without what they list. */
function digestsIn({ open, nearby, before, reported }: Omit<Scene, 'manifests'>): Set<string> {
  const pushes = [...open, ...nearby.filter(isManifestPush)].map(({ digest }) => digest);
  const from = [...before.values()].flat().map((was) => was.from);
  const named = [...pushes, ...from, ...reported.map(({ digest }) => digest)];
  return new Set(named.filter((digest) => typeof digest === 'string'));
}
