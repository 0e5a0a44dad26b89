/** An event as its row has it, and as it is answered. */
import { parseJson } from '@longshore/event';
import { sql } from 'kysely';
import { digestText } from '../../db/digest.js';
import { ACTION_CODES, type EventTable, METHODS, TARGET_KINDS } from '../../db/tables.js';
import { unpackPayload } from '../../write/stored.js';
import type { Named, Wanted } from '../names.js';
import type { ArchivedEvent, TargetKind } from '../types.js';

/** What is read; `body` only when it is asked for. */
export type EventRow = Omit<EventTable, 'instance_id'>;

/** Columns of the table `e`. */
export const EVENT_COLUMNS = sql.raw(
  [
    ...[
      'at',
      'received_at',
      'size',
      'id',
      'event_uuid',
      'event_id',
      'request_id',
      'repository_id',
      'actor_id',
    ],
    ...[
      'agent_id',
      'media_type_id',
      'host_id',
      'from_repository_id',
      'native_type_id',
      'source_id',
      'action',
    ],
    ...['kind', 'method', 'tag', 'digest', 'addr'],
  ]
    .map((column) => `e.${column}`)
    .join(', '),
);

/** With the body. */
export const BODY_COLUMNS = sql`${EVENT_COLUMNS}, e.body, e.body_bytes`;

const nameIn = <Name extends string>(table: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> =>
  new Map(Object.entries(table).map(([name, code]) => [code as number, name as Name]));

const ACTION_NAMES = nameIn(ACTION_CODES);
const METHOD_NAMES = nameIn(METHODS);
const KIND_NAMES = nameIn<TargetKind>(TARGET_KINDS);

/** The names that answers with these rows need. */
export const wantedBy = (rows: readonly EventRow[]): Wanted => ({
  sources: rows.map((row) => row.source_id),
  repositories: rows.flatMap((row) => [row.repository_id, row.from_repository_id]),
  labels: rows.flatMap((row) => [
    ...[row.actor_id, row.agent_id, row.media_type_id],
    ...[row.host_id, row.native_type_id],
  ]),
});

/** @throws Error for a body that is damaged, or of a newer version */
export function eventOfRow(row: EventRow, names: Named): ArchivedEvent {
  const { source = '', kind = '' } = names.source(row.source_id) ?? {};
  const event: ArchivedEvent = {
    id: row.event_uuid ?? row.event_id ?? row.id,
    at: row.at,
    receivedAt: row.received_at,
    source,
    kind,
    action: actionOf(row, names),
    target: KIND_NAMES.get(row.kind) ?? 'unknown',
  };
  const more: Partial<ArchivedEvent> = {
    repository: names.repository(row.repository_id)?.repository,
    tag: row.tag ?? undefined,
    digest: row.digest ? digestText(row.digest) : undefined,
    mediaType: names.label(row.media_type_id),
    size: row.size ?? undefined,
    fromRepository: names.repository(row.from_repository_id)?.repository,
    actor: names.label(row.actor_id),
    addr: row.addr ?? undefined,
    client: names.label(row.agent_id),
    method: METHOD_NAMES.get(row.method ?? -1),
    host: names.label(row.host_id),
    requestId: row.request_id ?? undefined,
    body: bodyOf(row),
  };
  return Object.assign(event, given(more));
}

/** The sender's own name where the event is none of the four actions. */
const actionOf = ({ action, native_type_id: native }: EventRow, names: Named): string =>
  (action === ACTION_CODES.other ? names.label(native) : undefined) ?? ACTION_NAMES.get(action) ?? 'other';

function bodyOf({ body, body_bytes: bytes }: EventRow): unknown {
  return body && bytes !== null ? parseJson(unpackPayload(body, bytes)) : undefined;
}

/** Without the fields that are undefined. */
export const given = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
