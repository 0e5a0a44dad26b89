/**
 * A delivery as its job holds it, read field by field: what this version cannot decode is shown as it is stored,
 * and is no error.
 */
import type { Delivery, EventView, LastAnswer } from '@longshore/event';
import { type About, textLength } from '../body/body.js';
import { type JobFields, readJob } from '../body/read.js';
import type { RedisClient } from '../connection.js';
import { decodeJob, lastAnswer, settlementFrom } from '../job.js';
import { asJson } from '../stored-json.js';

/** What a delivery is about. */
export interface StoredEvent {
  id: string;
  source: string;
  kind: string;
  nativeType: string;
  /** Epoch milliseconds at which ingest had the request. */
  receivedAt: number;
  view: EventView;
}

/** A job's fields, understood as far as possible. */
export interface Stored {
  /** Undefined too for one that is settled without being dead: its body is not kept. */
  delivery?: Delivery;
  /** What it is about, as far as that is known. */
  about?: About;
  /** What is stored, as it is. */
  raw: string;
  /** Size of what is stored. */
  bytes: number;
  /** Attempts that ended. */
  attempts: number;
  /** How often a worker has taken it; attempts that a crash or a shutdown interrupted are among them. */
  taken: number;
  /** Of the last failed attempt. */
  last?: LastAnswer;
  /** In words; empty when it has not failed. */
  failedReason: string;
  /** What it was settled as: `delivered`, `ignored: RULE` or `superseded`. */
  returned?: string;
  /** Superseded: id of the newer delivery. */
  supersededBy?: string;
}

/** Fields of a job that {@link storedFrom} takes, in this order. */
export const STORED_FIELDS = ['data', 'failedReason', 'stacktrace', 'atm', 'returnvalue', 'ats'] as const;

/** @returns undefined when there is no such job */
export async function readStored(
  client: RedisClient,
  key: string,
  id: string,
  endpoint: string,
): Promise<Stored | undefined> {
  return storedFrom(await readJob(client, key, STORED_FIELDS), id, endpoint);
}

/** @returns undefined when there is no such job */
export function storedFrom({ fields, body }: JobFields, id: string, endpoint: string): Stored | undefined {
  const [data, failed, stacktrace, attempts, returnvalue, taken] = fields;
  if (data === null || data === undefined) return undefined;
  const failedReason = failed ?? '';
  const { settled, by, about } = settlementFrom(returnvalue);
  const decoded = decodeJob(id, endpoint, asJson(data), body);
  const delivery = 'fault' in decoded ? undefined : decoded;
  return {
    delivery,
    about: delivery ?? about,
    raw: data,
    bytes: Buffer.byteLength(data) + (body ? textLength(body) : 0),
    attempts: Number(attempts ?? 0),
    taken: Number(taken ?? 0),
    last: lastAnswer({ stacktrace: asList(stacktrace), failedReason }),
    failedReason,
    ...(settled !== undefined && { returned: settled }),
    ...(by !== undefined && { supersededBy: by }),
  };
}

/** The event of a delivery, without its body. */
export function storedEvent({ eventId, source, kind, nativeType, receivedAt, view }: About): StoredEvent {
  return { id: eventId, source, kind, nativeType, receivedAt, view };
}

function asList(text: string | null | undefined): string[] {
  const value = asJson(text);
  return Array.isArray(value) ? value.map(String) : [];
}
