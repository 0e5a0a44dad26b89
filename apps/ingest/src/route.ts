/** Every taken event against every endpoint: the deliveries to make, and who ignored what by which rule. */
import { type Delivery, deliveryOf, factOf, type TakenEvent } from '@longshore/event';
import type { Collapse } from '@longshore/queue';
import type { Router, Rule } from '@longshore/routing';

export interface Routed {
  deliveries: Delivery[];
  /** By delivery id: those that are made only when nobody has told their fact to the endpoint. */
  collapse: Map<string, Collapse>;
  ignored: { endpoint: string; rule: Rule }[];
}

/**
 * Planned (events × endpoints) = deliveries + ignored.
 * @param windows of endpoints that collapse equal facts, in milliseconds
 */
export function routeAll(
  taken: readonly TakenEvent[],
  router: Router,
  windows: ReadonlyMap<string, number>,
): Routed {
  const deliveries: Delivery[] = [];
  const collapse: Routed['collapse'] = new Map();
  const ignored: Routed['ignored'] = [];
  for (const event of taken) {
    const { endpoints, unmatched } = router.plan(event.event);
    const fact = endpoints.some((endpoint) => windows.has(endpoint)) ? factOf(event) : undefined;
    for (const endpoint of endpoints) {
      const delivery = deliveryOf(event, endpoint);
      deliveries.push(delivery);
      const window = windows.get(endpoint);
      if (fact !== undefined && window !== undefined) collapse.set(delivery.id, { fact, window });
    }
    for (const { endpoint, why } of unmatched) ignored.push({ endpoint, rule: why });
  }
  return { deliveries, collapse, ignored };
}
