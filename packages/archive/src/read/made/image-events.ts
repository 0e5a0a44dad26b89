/** Image events, and those of pulls, newest first. */
import { IMAGE_ACTIONS, PULL_ACTIONS } from '@longshore/event';
import { sql } from 'kysely';
import { columnText } from '../../write/text.js';
import type { Ask } from '../ask.js';
import { type CursorKind, cursorOf, PARTS, positionOf } from '../cursor.js';
import { digestsOf } from '../digests.js';
import { all, type Condition, refuse, within } from '../filter.js';
import type { Names } from '../names.js';
import type { Page, PageRequest } from '../types.js';
import { repositoriesOf } from './filter.js';
import { requestsOf } from './requests.js';
import type { ArchivedImageEvent, ImageEventDetail, ImageEventFilter } from './types.js';

const EVENTS: CursorKind = { list: 'i', parts: [PARTS.time, PARTS.uuid] };
/** In the order of their numbers: see `ImageEventTable.type`. */
const TYPES: readonly string[] = [...IMAGE_ACTIONS, ...PULL_ACTIONS];

interface Row {
  at: string;
  id: string;
  body: ArchivedImageEvent;
}

/** @throws LongshoreError REQUEST_INVALID */
export async function imageEventPage(
  ask: Ask,
  filter: ImageEventFilter,
  { limit, after, signal }: PageRequest,
): Promise<Page<ArchivedImageEvent>> {
  const position = positionOf(EVENTS, after);
  const conditions = await conditionsOf(ask, filter, signal);
  if (!conditions) return { items: [] };
  if (position) conditions.push(sql`(i.at, i.id) < (${position[0]}::timestamptz, ${position[1]}::uuid)`);
  const rows = await ask(
    sql<Row>`select i.at, i.id, i.body from image_event i where ${all(conditions)}
      order by i.at desc, i.id desc limit ${limit + 1}`,
    signal,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const isMore = rows.length > limit && last !== undefined;
  return {
    items: shown.map(({ body }) => body),
    ...(isMore && { next: cursorOf(EVENTS, [last.at, last.id]) }),
  };
}

/** Undefined: nothing can match. */
async function conditionsOf(
  ask: Ask,
  { action, tag, digest, actor, ...filter }: ImageEventFilter,
  signal?: AbortSignal,
): Promise<Condition[] | undefined> {
  const repositories = await repositoriesOf(ask, sql`i.repository_id`, filter, signal);
  if (!repositories) return undefined;
  const digests = digest === undefined ? undefined : await digestsOf(ask, digest, signal);
  return [
    action === undefined ? sql`i.type < ${IMAGE_ACTIONS.length}` : sql`i.type = ${typeOf(action)}`,
    ...repositories,
    ...within(sql`i.at`, filter),
    ...(tag === undefined ? [] : [sql`${columnText(tag)} = any(i.tags)`]),
    ...(digests === undefined ? [] : [sql`i.digest = any(${digests}::bytea[])`]),
    ...(actor === undefined ? [] : [sql`i.body ->> 'actor' = ${columnText(actor)}`]),
  ];
}

function typeOf(action: string): number {
  const type = TYPES.indexOf(action);
  return type < 0 ? refuse('action', `there are ${TYPES.join(', ')}`) : type;
}

/** Undefined: unknown. @throws LongshoreError REQUEST_INVALID for an id that is none */
export async function imageEvent(ask: Ask, names: Names, id: string): Promise<ImageEventDetail | undefined> {
  if (!PARTS.uuid(id)) refuse('id', 'not the id of an image event');
  const [row] = await ask(
    sql<
      Row & { members: string[] }
    >`select i.at, i.id, i.body, i.members from image_event i where i.id = ${id}::uuid`,
  );
  return row && { event: row.body, requests: await requestsOf(ask, names, row.members, row.at) };
}
