/** Routes the events of a request: which deliveries to make, and which endpoints ignore what by which rule. */
import { type Delivery, deliveryOf, type TakenEvent } from '@longshore/event';
import type { Router, Rule } from '@longshore/routing';

export interface Routed {
  deliveries: Delivery[];
  ignored: { endpoint: string; rule: Rule }[];
  /** The same by event, in the same order. */
  plans: EventPlan[];
}

/** What becomes of one event. */
export interface EventPlan {
  taken: TakenEvent;
  deliveries: Delivery[];
  ignored: { endpoint: string; rule: Rule }[];
}

/** Planned (events × endpoints) = deliveries + ignored. */
export function routeAll(taken: readonly TakenEvent[], router: Router): Routed {
  const plans = taken.map((event) => planOf(event, router));
  return {
    deliveries: plans.flatMap(({ deliveries }) => deliveries),
    ignored: plans.flatMap(({ ignored }) => ignored),
    plans,
  };
}

function planOf(taken: TakenEvent, router: Router): EventPlan {
  const { endpoints, unmatched } = router.plan(taken.event);
  return {
    taken,
    deliveries: endpoints.map((endpoint) => deliveryOf(taken, endpoint)),
    ignored: unmatched.map(({ endpoint, why }) => ({ endpoint, rule: why })),
  };
}
