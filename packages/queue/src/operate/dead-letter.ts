/**
 * One delivery of the dead-letter set: as much of it as a list shows, and all of it. Read field by field from
 * the job, so that one which this version cannot decode can be shown, retried and dropped all the same.
 */
import type { Delivery, LastAnswer } from '@longshore/event';
import { jobBytes } from '../body/read.js';
import { coalesce, type RedisClient } from '../connection.js';
import { readStored, type StoredEvent, storedEvent } from './stored.js';
import type { Met } from './walk.js';

/** A dead delivery without its payload. */
export interface DeadLetter {
  /** Id of the delivery. */
  id: string;
  endpoint: string;
  /** Epoch milliseconds. */
  deadAt: number;
  /** Attempts made since it was queued, or retried from here. */
  attempts: number;
  /** Of the last attempt: `http_503`, `timeout` … */
  reason: string;
  status?: number;
  /** The last answer in words. */
  detail?: string;
  /** What it is about; absent when this version cannot read what is stored. */
  event?: StoredEvent;
  /** Size of what is stored. */
  bytes: number;
}

/** All that is known of a dead delivery. */
export interface DeadLetterDetail extends DeadLetter {
  last?: LastAnswer;
  delivery?: Delivery;
  /** What is stored, as it is, when it cannot be read as a delivery. */
  raw?: string;
}

/** Bytes that are read at once; one delivery can have some megabytes. */
const READ_BYTES = 1024 * 1024;

/**
 * Reads members of dead-letter sets, a slice at a time; those that are gone meanwhile are left out.
 * @param keyOf the job's key in Redis
 */
export async function* readLetters(
  client: RedisClient,
  met: readonly Met[],
  keyOf: (met: Met) => string,
): AsyncGenerator<DeadLetterDetail[]> {
  coalesce(client);
  const sizes = await Promise.all(met.map((each) => jobBytes(client, keyOf(each))));
  let slice: Met[] = [];
  let bytes = 0;
  for (const [index, each] of met.entries()) {
    const size = sizes[index] ?? 0;
    if (slice.length > 0 && bytes + size > READ_BYTES) {
      yield await readSlice(client, slice, keyOf);
      slice = [];
      bytes = 0;
    }
    slice.push(each);
    bytes += size;
  }
  if (slice.length > 0) yield await readSlice(client, slice, keyOf);
}

async function readSlice(
  client: RedisClient,
  slice: readonly Met[],
  keyOf: (met: Met) => string,
): Promise<DeadLetterDetail[]> {
  coalesce(client);
  const read = await Promise.all(slice.map((met) => readLetter(client, met, keyOf(met))));
  return read.filter((letter) => letter !== undefined);
}

/** @returns undefined when there is no such job any more */
async function readLetter(client: RedisClient, met: Met, key: string): Promise<DeadLetterDetail | undefined> {
  const { id, endpoint, score: deadAt } = met;
  const stored = await readStored(client, key, id, endpoint);
  if (!stored) return undefined;
  const { delivery, last, failedReason, attempts, bytes, raw } = stored;
  const detail = last?.detail ?? failedReason;
  return {
    id,
    endpoint,
    deadAt,
    attempts,
    reason: last?.reason ?? failedReason.split(':', 1)[0] ?? '',
    ...(last?.status !== undefined && { status: last.status }),
    ...(detail && { detail }),
    bytes,
    ...(last && { last }),
    ...(delivery ? { event: storedEvent(delivery), delivery } : { raw }),
  };
}

/** For a list: without the payload and the whole of the last answer. */
export function summaryOf(letter: DeadLetterDetail): DeadLetter {
  const { last: _last, delivery: _delivery, raw: _raw, ...summary } = letter;
  return summary;
}
