/** What the address of a delivery shows. */
import { LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import type { StoredDeliveryDetail } from '@longshore/queue/deliveries';
import type { PageDeps } from '../deps.js';
import { SearchPage } from '../search.js';
import type { View } from '../view.js';
import type { Attempt } from './attempts.js';
import { DeliveryPage } from './delivery.js';
import type { ShownRequest } from './request.js';

/** See the header. */
export function deliveryViews({ admin, now }: PageDeps): Record<string, View> {
  return {
    '/deliveries/:id': async (_, { id = '' }) => {
      const [detail, traced] = await Promise.all([found(admin, id), admin.trace({ search: id, limit: 1 })]);
      const title = `Delivery ${id}`;
      // Its job is gone, and the history remembers it.
      if (!detail) return { title, here: 'events', children: <SearchPage traced={traced} /> };
      const steps = traced.trails.flatMap((trail) => trail.steps);
      const attempts = steps.filter(
        (step): step is Attempt => step.step === 'attempted' && step.deliveryId === id,
      );
      const [{ settings }, request] = await Promise.all([
        admin.endpoint(detail.endpoint),
        requestOf(admin, detail),
      ]);
      const here = detail.state === 'dead' ? 'dead' : 'endpoints';
      const children = <DeliveryPage {...{ detail, attempts, settings, request, now: now() }} />;
      return { title, here, children };
    },
  };
}

/** What its endpoint would be sent now; undefined where that cannot be known: the event or the endpoint is gone. */
async function requestOf(
  admin: AdminService,
  { id, endpoint, event }: StoredDeliveryDetail,
): Promise<ShownRequest | undefined> {
  if (!event) return undefined;
  try {
    const { events } = await admin.explain({ id, endpoint });
    const explained = events[0]?.endpoints.find((one) => one.endpoint === endpoint);
    const isWhole = events[0]?.from !== 'history';
    return isWhole ? explained : undefined;
  } catch (error) {
    if (error instanceof LongshoreError && UNKNOWN.has(error.code)) return undefined;
    throw error;
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(['REQUEST_NOT_FOUND', 'REQUEST_INVALID', 'ARCHIVE_UNAVAILABLE']);

/** @throws LongshoreError REQUEST_NOT_FOUND when the history does not know it either */
async function found(admin: AdminService, id: string): Promise<StoredDeliveryDetail | undefined> {
  try {
    return await admin.delivery(id);
  } catch (error) {
    const isGone = error instanceof LongshoreError && error.code === 'REQUEST_NOT_FOUND';
    if (isGone && (await admin.trace({ search: id, limit: 1 })).trails.length > 0) return undefined;
    throw error;
  }
}
