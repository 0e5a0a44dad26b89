/** Every taken event against every endpoint: the deliveries to make, and who ignored what by which rule. */
import { type Delivery, deliveryOf, type TakenEvent } from '@longshore/event';
import type { Router, Rule } from '@longshore/routing';

export interface Routed {
  deliveries: Delivery[];
  ignored: { endpoint: string; rule: Rule }[];
}

/** Planned (events × endpoints) = deliveries + ignored. */
export function routeAll(taken: readonly TakenEvent[], router: Router): Routed {
  const deliveries: Delivery[] = [];
  const ignored: Routed['ignored'] = [];
  for (const event of taken) {
    const { endpoints, unmatched } = router.plan(event.event);
    for (const endpoint of endpoints) deliveries.push(deliveryOf(event, endpoint));
    for (const { endpoint, why } of unmatched) ignored.push({ endpoint, rule: why });
  }
  return { deliveries, ignored };
}
