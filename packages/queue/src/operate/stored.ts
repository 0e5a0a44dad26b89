/**
 * A delivery as its job holds it, read field by field: what this version cannot decode is shown as it is stored,
 * and is no error.
 */
import type { Delivery, EventView } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { deliveryFrom, type LastAnswer, lastAnswer } from '../job.js';
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
  delivery?: Delivery;
  /** What is stored, as it is. */
  raw: string;
  /** Size of what is stored. */
  bytes: number;
  /** Attempts that ended. */
  attempts: number;
  /** Of the last failed attempt. */
  last?: LastAnswer;
  /** In words; empty when it has not failed. */
  failedReason: string;
  /** What the worker returned: `delivered` or `ignored: RULE`. */
  returned?: string;
}

/** Fields of a job that {@link storedFrom} takes, in this order. */
export const STORED_FIELDS = ['data', 'failedReason', 'stacktrace', 'atm', 'returnvalue'] as const;

/** @returns undefined when there is no such job */
export async function readStored(
  client: RedisClient,
  key: string,
  id: string,
  endpoint: string,
): Promise<Stored | undefined> {
  return storedFrom(await client.hmget(key, ...STORED_FIELDS), id, endpoint);
}

/** @returns undefined when there is no such job */
export function storedFrom(
  fields: readonly (string | null)[],
  id: string,
  endpoint: string,
): Stored | undefined {
  const [data, failed, stacktrace, attempts, returnvalue] = fields;
  if (data === null || data === undefined) return undefined;
  const failedReason = failed ?? '';
  const returned = asJson(returnvalue);
  return {
    delivery: deliveryFrom(id, endpoint, asJson(data)),
    raw: data,
    bytes: Buffer.byteLength(data),
    attempts: Number(attempts ?? 0),
    last: lastAnswer({ stacktrace: asList(stacktrace), failedReason }),
    failedReason,
    ...(typeof returned === 'string' && { returned }),
  };
}

/** The event of a delivery, without its body. */
export function storedEvent({ eventId, source, kind, nativeType, receivedAt, view }: Delivery): StoredEvent {
  return { id: eventId, source, kind, nativeType, receivedAt, view };
}

function asList(text: string | null | undefined): string[] {
  const value = asJson(text);
  return Array.isArray(value) ? value.map(String) : [];
}
