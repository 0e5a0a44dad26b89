/** Who gets an event. Pure: the same event and rules give the same plan, with the reason for everybody else. */
import { type RegistryEvent, viewOf } from '@longshore/event';
import { compileRules, type RoutedEndpoint, type Rule } from './rules.js';

/** Each endpoint that is not disabled is in one of the two, in the order of the configuration. */
export interface Plan {
  /** Names of the endpoints that get it. */
  endpoints: string[];
  /** The other enabled endpoints, and the rule that keeps it from each. */
  unmatched: { endpoint: string; why: Rule }[];
}

/** Plans event after event for the same endpoints; a changed configuration is a new router. */
export interface Router {
  plan(event: RegistryEvent): Plan;
}

/** Compiles the rules once. Disabled endpoints are in no plan. */
export function createRouter(endpoints: readonly RoutedEndpoint[]): Router {
  const enabled = endpoints.filter(({ disabled }) => !disabled);
  const compiled = enabled.map((endpoint) => ({ name: endpoint.name, ignores: compileRules(endpoint) }));
  return {
    plan(event) {
      const subject = {
        ...{ class: event.class, view: viewOf(event) },
        ...{ useragent: event.request?.useragent, host: () => event.request?.host },
      };
      const plan: Plan = { endpoints: [], unmatched: [] };
      for (const { name, ignores } of compiled) {
        const why = ignores(subject);
        if (why === undefined) plan.endpoints.push(name);
        else plan.unmatched.push({ endpoint: name, why });
      }
      return plan;
    },
  };
}
