/** Rows of the archive as the raw events that image events are made of. */
import { digestText } from '../../db/digest.js';
import { ACTION_CODES, METHODS, TARGET_KINDS } from '../../db/tables.js';
import type { RawEvent } from '../types.js';

/** A moment as text that compares as the moment does: PostgreSQL leaves out zeros at the end. */
export const atText = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Columns of an {@link EventRow}, of `event e` joined with `repository r` and `source s`. */
export const EVENT_COLUMNS = `
  e.id, ${atText('e.at')} as at, s.name as source, s.kind as sender, e.action, e.kind, e.digest, e.tag, e.size, e.method,
  e.request_id as "requestId", host(e.addr) as addr,
  (select name from label where id = e.actor_id) as actor,
  (select name from label where id = e.agent_id) as agent,
  (select name from label where id = e.media_type_id) as "mediaType",
  (select name from label where id = e.host_id) as host`;

/** See {@link EVENT_COLUMNS}. */
export interface EventRow {
  id: string;
  at: string;
  source: string;
  sender: string;
  action: number;
  kind: number;
  digest: Buffer | null;
  tag: string | null;
  size: number | null;
  method: number | null;
  requestId: string | null;
  addr: string | null;
  actor: string | null;
  agent: string | null;
  mediaType: string | null;
  host: string | null;
}

const nameIn = (codes: Readonly<Record<string, number>>, code: number | null): string | undefined =>
  Object.keys(codes).find((name) => codes[name] === code);

/** Undefined for an event that is none of the four actions. */
export function rawOf(row: EventRow): RawEvent | undefined {
  const action = nameIn(ACTION_CODES, row.action);
  if (action === undefined || action === 'other') return undefined;
  const target = nameIn(TARGET_KINDS, row.kind) ?? 'unknown';
  const { digest, tag, size, requestId, addr, actor, agent, mediaType, host } = row;
  const method = nameIn(METHODS, row.method);
  return {
    id: row.id,
    at: row.at,
    source: row.source,
    sender: row.sender,
    action: action as RawEvent['action'],
    target: target as RawEvent['target'],
    ...(digest && { digest: digestText(digest) }),
    ...(tag !== null && { tag }),
    ...(mediaType !== null && { mediaType }),
    ...(size !== null && { size }),
    ...(method !== undefined && { method }),
    ...(requestId !== null && { requestId }),
    ...(actor !== null && { actor }),
    ...(agent !== null && { userAgent: agent }),
    ...(addr !== null && { addr }),
    ...(host !== null && { host }),
  };
}
