/** What is known of a digest: where it is, what it is made of, who pulled it. */
import { excerpt } from '@longshore/event';
import { sql } from 'kysely';
import { digestBytes, digestText } from '../db/digest.js';
import { ACTION_CODES, type ManifestTable, METHODS } from '../db/tables.js';
import type { Ask } from './ask.js';
import { digestsOf } from './digests.js';
import { given } from './events/row.js';
import { refuse } from './filter.js';
import type { Names } from './names.js';
import { TAG_COLUMNS, type TagParts, type TagRow, tagsOf } from './tags.js';
import type { ArchivedImage, ImagePuller } from './types.js';

const MOST_REPOSITORIES = 100;
const MOST_PARENTS = 100;
const MOST_TAGS = 500;
const MOST_PULLERS = 500;
/** Newest events of a digest that are read. */
const MOST_EVENTS = 10_000;

/** @throws LongshoreError REQUEST_INVALID for what is no digest, or the begin of several */
async function theDigest(ask: Ask, part: string): Promise<Buffer | undefined> {
  const [digest, ...others] = await digestsOf(ask, part);
  if (!digest || others.length === 0) return digest;
  return refuse('digest', `${others.length + 1} digests begin with ${excerpt(part)}; write more digits`);
}

/** Undefined: unknown. */
export async function imageOf({ ask, names }: TagParts, part: string): Promise<ArchivedImage | undefined> {
  const digest = await theDigest(ask, part);
  if (!digest) return undefined;
  const [manifests, tags, places, [seen]] = await Promise.all([
    ask(sql<ManifestTable>`select * from manifest where digest = ${digest}
      order by last_pull_at desc nulls last, repository_id limit ${MOST_REPOSITORIES}`),
    ask(sql<TagRow>`select ${TAG_COLUMNS} from tag_state t where t.digest = ${digest} and not t.deleted
      order by t.last_pull_at desc nulls last, t.repository_id, t.tag limit ${MOST_TAGS}`),
    placesOf(ask, digest),
    ask(sql<SeenRow>`select
      (select e.at from event e where e.digest = ${digest} order by e.at limit 1) as first_at,
      (select e.at from event e where e.digest = ${digest} order by e.at desc limit 1) as last_at`),
  ]);
  if (!seen?.first_at && manifests.length === 0 && tags.length === 0) return undefined;
  const ids = [...new Set([...places, ...manifests, ...tags].map((row) => row.repository_id))];
  const [pushed, parents] = [await pushOf(ask, digest), await parentsOf(ask, digest, ids)];
  const known = manifests.find(({ refs }) => refs !== null) ?? manifests[0];
  const named = await names({
    repositories: ids,
    labels: [known?.media_type_id ?? null, pushed?.actor_id ?? null],
  });
  const placeOf = (id: number) => {
    const { repository = '', source = '' } = named.repository(id) ?? {};
    return { repository, source };
  };
  return {
    digest: digestText(digest),
    references: known?.refs ?? [],
    parents: parents.map((row) => ({ ...placeOf(row.repository_id), digest: digestText(row.digest) })),
    tags: await tagsOf(names, tags),
    repositories: ids.slice(0, MOST_REPOSITORIES).map((id) => {
      const last = manifests.find((row) => row.repository_id === id)?.last_pull_at;
      return { ...placeOf(id), ...given({ lastPullAt: last ?? undefined }) };
    }),
    ...given({
      mediaType: named.label(known?.media_type_id ?? null),
      size: known?.size ?? undefined,
      platform: known?.platform ?? undefined,
      firstAt: seen?.first_at ?? undefined,
      lastAt: seen?.last_at ?? undefined,
      pushedAt: pushed?.at,
      pushedBy: named.label(pushed?.actor_id ?? null),
    }),
  };
}

interface SeenRow {
  first_at: string | null;
  last_at: string | null;
}

/** The newest activity first. */
const placesOf = (ask: Ask, digest: Buffer) =>
  ask(sql<{ repository_id: number }>`
    select repository_id from (
      select e.repository_id, e.at from event e where e.digest = ${digest} and e.repository_id is not null
      order by e.at desc limit ${MOST_EVENTS}) e
    group by repository_id order by max(at) desc limit ${MOST_REPOSITORIES}`);

/** The first push: everything of a digest begins with it. */
async function pushOf(
  ask: Ask,
  digest: Buffer,
): Promise<{ at: string; actor_id: number | null } | undefined> {
  const [row] = await ask(sql<{ at: string; actor_id: number | null }>`
    select e.at, e.actor_id from event e where e.digest = ${digest} and e.action = ${ACTION_CODES.push}
    order by e.at limit 1`);
  return row;
}

const parentsOf = (ask: Ask, digest: Buffer, repositories: number[]) =>
  ask(sql<{ repository_id: number; digest: Buffer }>`
    select repository_id, digest from manifest where repository_id = any(${repositories}::int[])
    and refs @> ${JSON.stringify([{ digest: digestText(digest) }])}::jsonb limit ${MOST_PARENTS}`);

interface PullerRow {
  actor_id: number | null;
  addr: string | null;
  agent_id: number | null;
  repository_id: number | null;
  last_at: string;
  pulls: number;
  checks: number;
  platform_pulls: number;
}

const MOST_CHILDREN = 50;

/** The manifests that an index lists. */
async function childrenOf(ask: Ask, digest: Buffer): Promise<Buffer[]> {
  const rows = await ask(sql<{ digest: string }>`
    select distinct r ->> 'digest' as digest from manifest m, jsonb_array_elements(m.refs) r
    where m.digest = ${digest} and (r ->> 'mediaType' like '%manifest%' or r ->> 'mediaType' like '%index%')
    limit ${MOST_CHILDREN}`);
  return rows.map((row) => digestBytes(row.digest));
}

/** The newest first. @throws LongshoreError REQUEST_INVALID */
export async function imagePullers(ask: Ask, names: Names, part: string): Promise<ImagePuller[]> {
  const digest = await theDigest(ask, part);
  if (!digest) return [];
  const digests = [digest, ...(await childrenOf(ask, digest))];
  const isCheck = sql`e.method = ${METHODS.HEAD}`;
  const isRoot = sql`d.digest = ${digest}`;
  const rows = await ask(sql<PullerRow>`
    select actor_id, addr, agent_id, repository_id, max(at) as last_at,
      count(*) filter (where ${isRoot} and ${isCheck} is not true) as pulls,
      count(*) filter (where ${isRoot} and ${isCheck}) as checks,
      count(*) filter (where not ${isRoot} and ${isCheck} is not true) as platform_pulls
    from unnest(${digests}::bytea[]) d (digest) cross join lateral (
      select e.actor_id, e.addr, e.agent_id, e.repository_id, e.at, e.method from event e
      where e.digest = d.digest and e.action = ${ACTION_CODES.pull} order by e.at desc
      limit ${Math.ceil(MOST_EVENTS / digests.length)}) e
    group by actor_id, addr, agent_id, repository_id order by max(at) desc limit ${MOST_PULLERS}`);
  const named = await names({
    labels: rows.flatMap((row) => [row.actor_id, row.agent_id]),
    repositories: rows.map((row) => row.repository_id),
  });
  return rows.map((row) => {
    const { repository = '', source = '' } = named.repository(row.repository_id) ?? {};
    const client = {
      actor: named.label(row.actor_id),
      addr: row.addr ?? undefined,
      client: named.label(row.agent_id),
    };
    return {
      repository,
      source,
      lastAt: row.last_at,
      pulls: row.pulls,
      checks: row.checks,
      platformPulls: row.platform_pulls,
      ...given(client),
    };
  });
}
