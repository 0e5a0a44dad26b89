/** How deliveries stand now, from their jobs: what the trail says is memory, this is the truth. */
import type { DeliveryState, HistoryDelivery } from '@longshore/event';
import type { About } from '../body/body.js';
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { type Looked, lookAt } from '../operate/look.js';

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

/** Those of the places that have a job. One command asks for all of an endpoint, whose keys are in one slot. */
export async function jobsAt(
  client: RedisClient,
  prefix: string,
  places: readonly Place[],
): Promise<JobNow[]> {
  const byEndpoint = new Map<string, Place[]>();
  for (const place of places) {
    const own = byEndpoint.get(place.endpoint);
    if (own) own.push(place);
    else byEndpoint.set(place.endpoint, [place]);
  }
  const jobs = Array.from(byEndpoint, async ([endpoint, own]) => {
    const keys = own.map(({ deliveryId }) => queueKey(prefix, endpoint, deliveryId));
    if ((await client.exists(...keys)) === 0) return [];
    return Promise.all(own.map((place) => readJob(client, prefix, place)));
  });
  return (await Promise.all(jobs)).flat().filter((job) => job !== undefined);
}

async function readJob(
  client: RedisClient,
  prefix: string,
  { endpoint, deliveryId: id }: Place,
): Promise<JobNow | undefined> {
  const looked = await lookAt(client, prefix, endpoint, id);
  if (!looked) return undefined;
  const { at, stored } = looked;
  const { about, attempts, last, supersededBy } = stored;
  return {
    delivery: about,
    now: {
      id,
      endpoint,
      state: stateOf(looked),
      attempts,
      ...(at !== undefined && { [looked.state === 'delayed' ? 'until' : 'settledAt']: iso(at) }),
      ...(last && { last }),
      ...(supersededBy !== undefined && { supersededBy }),
    },
  };
}

function stateOf({ state, stored: { returned, supersededBy } }: Looked): DeliveryState {
  if (state !== 'delivered') return state;
  if (supersededBy !== undefined) return 'superseded';
  return returned?.startsWith('ignored') ? 'ignored' : state;
}

/** Of a moment that Redis may hold with a fraction. */
export const iso = (epoch: number): string => new Date(Math.floor(epoch)).toISOString();
