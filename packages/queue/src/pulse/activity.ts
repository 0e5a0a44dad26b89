/** The last day of endpoints by quarters of an hour, and their last hour by minutes. One round trip for all of them. */
import { asking } from '../asking.js';
import { coalesce, type RedisClient } from '../connection.js';
import { endpointKey } from '../names.js';
import { LATENCY_CLASSES } from './latency.js';
import { DAY_RING, type Ring, readRing } from './ring.js';

/** Attempts of a quarter of an hour. */
export interface Quarter {
  /** Its start, epoch milliseconds. */
  at: number;
  delivered: number;
  failed: number;
  /** The endpoint was held in it, for a time at least. */
  held: boolean;
}

/** A minute in which something was attempted. */
export interface ActiveMinute {
  /** Its start, epoch milliseconds. */
  at: number;
  /** Deliveries that were not settled when it ended, or at the last attempt in it. */
  backlog: number;
  /** Attempts by class of the time they took; see `latency.ts`. */
  latency: number[];
}

/** Of one endpoint. */
export interface Activity {
  endpoint: string;
  /** 96, oldest first; the last one is the present quarter. */
  quarters: Quarter[];
  /** Of the last hour, oldest first; minutes without an attempt are left out. */
  minutes: ActiveMinute[];
}

/** Reads; costs two small reads for each endpoint. */
export interface ActivityReader {
  /**
   * In the order of `endpoints`; one that was never seen has empty quarters.
   * @throws LongshoreError QUEUE_UNAVAILABLE while Redis is unavailable
   */
  read(endpoints: readonly string[], now: number): Promise<Activity[]>;
}

/** An hour by minutes: time, backlog, then a counter of 16 bits for each class of latency. */
export const HOUR_RING: Ring = { slotMs: 60_000, slots: 60, bytes: 8 + 2 * LATENCY_CLASSES };

/** The ring of an endpoint's day. */
export const dayKey = (prefix: string, endpoint: string): string => endpointKey(prefix, endpoint, 'day');
/** The ring of an endpoint's hour. */
export const hourKey = (prefix: string, endpoint: string): string => endpointKey(prefix, endpoint, 'hour');

/** @param client of the producer profile: fails fast. It is the caller’s to close */
export function createActivityReader(client: RedisClient, prefix: string): ActivityReader {
  return {
    read: (endpoints, now) =>
      asking(client, async () => {
        coalesce(client);
        return Promise.all(
          endpoints.map(async (endpoint) => {
            const [day, hour] = await Promise.all([
              client.getBuffer(dayKey(prefix, endpoint)),
              client.getBuffer(hourKey(prefix, endpoint)),
            ]);
            return { endpoint, quarters: quartersOf(day, now), minutes: minutesOf(hour, now) };
          }),
        );
      }),
  };
}

const quartersOf = (day: Buffer | null, now: number): Quarter[] =>
  readRing(day, DAY_RING, now).map(({ at, slot }) => ({
    at,
    delivered: slot?.readUInt32BE(4) ?? 0,
    failed: slot?.readUInt32BE(8) ?? 0,
    held: (slot?.readUInt32BE(12) ?? 0) > 0,
  }));

const minutesOf = (hour: Buffer | null, now: number): ActiveMinute[] =>
  readRing(hour, HOUR_RING, now).flatMap(({ at, slot }) =>
    slot
      ? {
          at,
          backlog: slot.readUInt32BE(4),
          latency: Array.from({ length: LATENCY_CLASSES }, (_, n) => slot.readUInt16BE(8 + 2 * n)),
        }
      : [],
  );
