/** Plans an event: a delivery for each endpoint that wants it, and the rule of each endpoint that does not. */
import { deliveryOf, factOf, type TakenEvent } from '@longshore/event';
import type { PlannedDelivery } from '@longshore/queue/producer';
import { createRouter, type OnFault, type RoutedEndpoint, type Rule } from '@longshore/routing';

/** What publishing reads of an endpoint's settings. */
export interface PublishedEndpoint extends RoutedEndpoint {
  /** Milliseconds in which equal facts are delivered once; 0 or absent: each one is delivered. */
  collapse?: number;
  order?: 'none' | 'repository' | 'endpoint';
  latest?: 'none' | 'tag';
  /** It gets what a manifest lists also where that is removed from what is delivered. */
  references?: boolean;
}

/** Who gets one event. Each enabled endpoint is in one of the two lists. */
export interface EventPlan {
  taken: TakenEvent;
  planned: PlannedDelivery[];
  ignored: { endpoint: string; rule: Rule }[];
}

/** Plans event after event for the same endpoints; a changed configuration needs new routes. */
export interface Routes {
  plan(taken: TakenEvent): EventPlan;
}

/** Compiles the rules once. Disabled endpoints are in no plan. @param onFault hears of filters that failed */
export function createRoutes(endpoints: readonly PublishedEndpoint[], onFault?: OnFault): Routes {
  const router = createRouter(endpoints, onFault);
  const windows = new Map(
    endpoints.flatMap(({ name, collapse = 0 }) => (collapse > 0 ? [[name, collapse] as const] : [])),
  );
  const withReferences = new Set(endpoints.filter(({ references }) => references).map(({ name }) => name));
  const settings = new Map(endpoints.map((endpoint) => [endpoint.name, addedAs(endpoint)]));
  return {
    plan(taken) {
      const { endpoints: names, unmatched } = router.plan(taken);
      const fact = names.some((name) => windows.has(name)) ? factOf(taken) : undefined;
      return {
        taken,
        planned: names.map((name): PlannedDelivery => {
          const window = windows.get(name);
          const { references } = taken;
          const beside = references && withReferences.has(name) && { references };
          const delivery = { ...deliveryOf(taken, name), ...settings.get(name), ...beside };
          return fact && window !== undefined ? { ...delivery, collapse: { fact, window } } : delivery;
        }),
        ignored: unmatched.map(({ endpoint, why }) => ({ endpoint, rule: why })),
      };
    },
  };
}

/** The way of a test: to this endpoint alone, past its rules. */
export function testRoutes({ name, order }: PublishedEndpoint): Routes {
  const added = addedAs({ order });
  return {
    plan: (taken) => ({ taken, planned: [{ ...deliveryOf(taken, name), ...added }], ignored: [] }),
  };
}

/** How deliveries of an endpoint are added. */
const addedAs = ({
  order = 'none',
  latest,
}: Pick<PublishedEndpoint, 'order' | 'latest'>): Pick<PlannedDelivery, 'order' | 'latest'> => ({
  ...(order !== 'none' && { order }),
  ...(latest === 'tag' && { latest: true }),
});
