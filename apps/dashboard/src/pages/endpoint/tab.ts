/** The lists of an endpoint's page. */
import type { AdminService, Listing } from '@longshore/operator';
import type { StoredDelivery } from '@longshore/queue/deliveries';
import type { EndpointPulse } from '@longshore/queue/pulse';
import { listedState, type Params, param } from '../params.js';

/** `attempts`: what was attempted last, whatever came of it. */
export type EndpointTab = 'attempts' | ReturnType<typeof listedState>;

/** The tab that was asked for, else the first in which something is. @throws LongshoreError REQUEST_INVALID */
export function tabOf(params: Params, { dead, delayed, waiting, active }: EndpointPulse): EndpointTab {
  const asked = param(params, 'state');
  if (asked === 'attempts') return asked;
  if (asked !== undefined) return listedState(params);
  if (dead > 0) return 'dead';
  if (delayed > 0) return 'delayed';
  if (waiting > 0) return 'waiting';
  return active > 0 ? 'active' : 'attempts';
}

/** Its deliveries. Of the attempts there is one page: the newest that are settled. */
export async function listTab(
  admin: AdminService,
  endpoint: string,
  tab: EndpointTab,
  paging: { limit: number; after?: string },
): Promise<Listing<StoredDelivery>> {
  if (tab !== 'attempts') return admin.deliveries(endpoint, tab, paging);
  const lists = await Promise.all(
    (['delivered', 'dead'] as const).map((state) => admin.deliveries(endpoint, state, paging)),
  );
  const items = lists.flatMap((list) => list.items).toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
  return { items: items.slice(0, paging.limit) };
}
