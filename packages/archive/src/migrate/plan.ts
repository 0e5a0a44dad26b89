/**
 * What is alive in the archive: every tag that exists, with its digest, for a tool that copies. A side tag (a signature,
 * an attestation, an index of referrers) goes with the image that it is about.
 */

import { plural } from '@longshore/event';
import type pg from 'pg';
import { digestText } from '../db/digest.js';
import { asUnavailable } from '../history/copy.js';

/** Which tags. A tag has to match both. Times are ISO 8601. */
export interface PlanFilter {
  /** Pushed or moved at this time or later. */
  since?: string;
  /** Pulled at this time or later; a HEAD is no pull. */
  pulledSince?: string;
}

/** A tag to be copied. */
export interface PlannedTag {
  /** Name of the source, and the host of its registry. */
  source: string;
  host: string;
  repository: string;
  tag: string;
  digest: string;
  /** It belongs to another image: `sha256-HEX`, `sha256-HEX.sig` … */
  isSide: boolean;
  /** ISO 8601, in UTC; absent: not pulled as far as the archive reaches. */
  pulledAt?: string;
}

/** What a plan is made of. */
export interface PlanParts {
  pool: pg.Pool;
  filter: PlanFilter;
  /** Host of a source's registry, where the configuration says it. */
  hostOf(source: string): string | undefined;
  /** Hears what the plan leaves out, and why. */
  warn(text: string): void;
}

interface Repository {
  id: number;
  name: string;
  source: string;
  source_id: number;
}

interface Tag {
  tag: string;
  /** Null: no event had it. */
  digest: Buffer | null;
  pulled_at: string | null;
}

const PAGE = 1_000;
/** Where the host of a source is looked for: its latest repositories. */
const MOST_LOOKED = 20;

/** A tag that belongs to the digest whose digits are in it. */
const SIDE_TAG = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/;

/**
 * Repository by repository, in the order of their names; the side tags of each come last.
 * @throws LongshoreError ARCHIVE_UNAVAILABLE
 */
export async function* planTags(parts: PlanParts): AsyncGenerator<PlannedTag> {
  const { pool, warn } = parts;
  const hosts = new Map<string, string | undefined>();
  const seen = new Map<string, string>();
  const unnamed: string[] = [];
  for await (const { id, name, source, source_id } of repositories(pool)) {
    if (!hosts.has(source)) hosts.set(source, await hostFor(parts, source, source_id));
    const host = hosts.get(source);
    if (host === undefined) continue;
    const other = seen.get(name);
    if (other !== undefined)
      warn(
        `repository ${name} is in the sources ${other} and ${source}; a tag of both gets the second's image`,
      );
    seen.set(name, source);
    const planned = { source, host, repository: name };
    const digests = new Set<string>();
    for await (const { tag, digest, pulled_at: pulledAt } of tagsOf(pool, id, parts.filter, false)) {
      if (digest === null) {
        unnamed.push(`${name}:${tag}`);
        continue;
      }
      const text = digestText(digest);
      digests.add(text);
      yield { ...planned, tag, digest: text, isSide: false, ...(pulledAt !== null && { pulledAt }) };
    }
    const subjects = isFiltered(parts.filter) ? await withParts(pool, id, digests) : undefined;
    for await (const { tag, digest } of tagsOf(pool, id, {}, true)) {
      const [, hex = ''] = SIDE_TAG.exec(tag) ?? [];
      if (subjects && !subjects.has(`sha256:${hex}`)) continue;
      if (digest === null) {
        unnamed.push(`${name}:${tag}`);
        continue;
      }
      yield { ...planned, tag, digest: digestText(digest), isSide: true };
    }
  }
  const { length } = unnamed;
  if (length > 0)
    warn(
      `${plural(length, 'tag')} left out, because no event has the digest: ${unnamed.slice(0, 5).join(', ')}`,
    );
}

const isFiltered = ({ since, pulledSince }: PlanFilter): boolean =>
  since !== undefined || pulledSince !== undefined;

async function* repositories(pool: pg.Pool): AsyncGenerator<Repository> {
  for (let last: Repository | undefined; ; ) {
    const { rows } = await pool
      .query<Repository>(
        `select r.id, r.name, s.name as source, r.source_id from repository r join source s on s.id = r.source_id
         where (r.name, r.id) > ($1, $2) order by r.name, r.id limit ${PAGE}`,
        [last?.name ?? '', last?.id ?? 0],
      )
      .catch(asUnavailable);
    yield* rows;
    last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
  }
}

/** A tag that was pushed before the archive began has the digest of its last pull. */
const TAGS = `
select t.tag, coalesce(t.digest, pulled.digest) as digest, t.last_pull_at as pulled_at
from tag_state t
left join lateral (
  select e.digest from event e
  where t.digest is null and t.last_pull_at is not null
    and e.repository_id = t.repository_id and e.tag = t.tag and e.digest is not null and e.action = 0
  order by e.at desc limit 1) pulled on true
where t.repository_id = $1 and t.tag > $2 and not t.deleted
  and (t.tag ~ '^sha256-[0-9a-f]{64}([.](sig|att|sbom))?$') = $3
  and ($4::timestamptz is null or t.at >= $4) and ($5::timestamptz is null or t.last_pull_at >= $5)
order by t.tag limit ${PAGE}`;

async function* tagsOf(
  pool: pg.Pool,
  repository: number,
  { since, pulledSince }: PlanFilter,
  isSide: boolean,
): AsyncGenerator<Tag> {
  for (let last = ''; ; ) {
    const values = [repository, last, isSide, since ?? null, pulledSince ?? null];
    const { rows } = await pool.query<Tag>(TAGS, values).catch(asUnavailable);
    yield* rows;
    const end = rows.at(-1);
    if (!end || rows.length < PAGE) return;
    last = end.tag;
  }
}

/** With the manifests that the indexes among them refer to: each of those may be signed by itself. */
async function withParts(
  pool: pg.Pool,
  repository: number,
  digests: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { rows } = await pool
    .query<{ parent: Buffer; digest: string }>(
      `select m.digest as parent, child ->> 'digest' as digest
       from manifest m cross join lateral jsonb_array_elements(m.refs) child
       where m.repository_id = $1 and jsonb_typeof(m.refs) = 'array'`,
      [repository],
    )
    .catch(asUnavailable);
  const parts = rows.filter(({ parent }) => digests.has(digestText(parent))).map(({ digest }) => digest);
  return new Set([...digests, ...parts]);
}

/** As the configuration says, else as the newest event of the source names it. */
async function hostFor(
  { pool, hostOf, warn }: PlanParts,
  source: string,
  id: number,
): Promise<string | undefined> {
  const configured = hostOf(source);
  if (configured !== undefined) return configured;
  const { rows } = await pool
    .query<{ host: string }>(
      `select l.name as host
       from (select id from repository where source_id = $1 order by last_at desc limit ${MOST_LOOKED}) r
       cross join lateral (
         select host_id, at from event e where e.repository_id = r.id order by e.at desc limit 100) e
       join label l on l.id = e.host_id
       order by e.at desc limit 1`,
      [id],
    )
    .catch(asUnavailable);
  const [row] = rows;
  if (!row) warn(`source ${source}: no event names its registry; its repositories are left out`);
  return row?.host;
}
