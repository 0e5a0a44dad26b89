/** Routes the events of a request: which deliveries to make, and which endpoints ignore what by which rule. */
import { type Delivery, deliveryOf, factOf, type TakenEvent } from '@longshore/event';
import type { Collapse } from '@longshore/queue';
import type { Router, Rule } from '@longshore/routing';

/** Who gets the events of one request, and who does not. */
export interface Routed {
  deliveries: Delivery[];
  /** By delivery id: those that are made only when nobody has told their fact to the endpoint. */
  collapse: Map<string, Collapse>;
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

/**
 * Planned (events × endpoints) = deliveries + ignored.
 * @param windows of endpoints that collapse equal facts, in milliseconds
 */
export function routeAll(
  taken: readonly TakenEvent[],
  router: Router,
  windows: ReadonlyMap<string, number>,
): Routed {
  const plans = taken.map((event) => planOf(event, router));
  return {
    deliveries: plans.flatMap(({ deliveries }) => deliveries),
    collapse: new Map(plans.flatMap((plan) => collapsing(plan, windows))),
    ignored: plans.flatMap(({ ignored }) => ignored),
    plans,
  };
}

function collapsing({ taken, deliveries }: EventPlan, windows: ReadonlyMap<string, number>) {
  const watched = deliveries.filter(({ endpoint }) => windows.has(endpoint));
  const fact = watched.length > 0 ? factOf(taken) : undefined;
  return watched.flatMap(({ id, endpoint }): [string, Collapse][] => {
    const window = windows.get(endpoint);
    return fact === undefined || window === undefined ? [] : [[id, { fact, window }]];
  });
}

function planOf(taken: TakenEvent, router: Router): EventPlan {
  const { endpoints, unmatched } = router.plan(taken.event);
  return {
    taken,
    deliveries: endpoints.map((endpoint) => deliveryOf(taken, endpoint)),
    ignored: unmatched.map(({ endpoint, why }) => ({ endpoint, rule: why })),
  };
}
