/** How deliveries stand now, from their jobs: what the trail says is memory, this is the truth. */
import type { HistoryDelivery } from '@longshore/event';
import type { About } from '../body/body.js';
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { lookAt } from '../operate/look.js';

/** A delivery whose job is there. */
export interface JobNow {
  now: HistoryDelivery;
  /** Undefined when this version cannot read what is stored. */
  delivery?: About;
}

/** Where a job may be. */
export interface Place {
  endpoint: string;
  deliveryId: string;
}

/** Those of the places that have a job; many are asked at once, which is one round trip or a few. */
export async function existing(
  client: RedisClient,
  prefix: string,
  places: readonly Place[],
): Promise<Place[]> {
  const key = ({ endpoint, deliveryId }: Place) => queueKey(prefix, endpoint, deliveryId);
  const there = await Promise.all(places.map((place) => client.exists(key(place))));
  return places.filter((_, n) => there[n] === 1);
}

/** @returns undefined when there is no such job */
export async function readJob(
  client: RedisClient,
  prefix: string,
  { endpoint, deliveryId: id }: Place,
): Promise<JobNow | undefined> {
  const looked = await lookAt(client, prefix, endpoint, id);
  if (!looked) return undefined;
  const { at, stored } = looked;
  const { about, attempts, last, returned } = stored;
  const state = looked.state === 'delivered' && returned?.startsWith('ignored') ? 'ignored' : looked.state;
  return {
    delivery: about,
    now: {
      id,
      endpoint,
      state,
      attempts,
      ...(at !== undefined && { [state === 'delayed' ? 'until' : 'settledAt']: iso(at) }),
      ...(last && { last }),
    },
  };
}

/** Of a moment that Redis may hold with a fraction. */
export const iso = (epoch: number): string => new Date(Math.floor(epoch)).toISOString();
