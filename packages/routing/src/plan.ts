/** Who gets an event. Pure: the same event and rules give the same plan, with the reason for everybody else. */
import { factsIn, type Origin, viewOf } from '@longshore/event';
import { compileRules, type OnFault, type RoutedEndpoint, type Rule, type Subject } from './rules.js';

/** Each endpoint that is not disabled is in one of the two, in the order of the configuration. */
export interface Plan {
  /** Names of the endpoints that get it. */
  endpoints: string[];
  /** The other enabled endpoints, and the rule that keeps it from each. */
  unmatched: { endpoint: string; why: Rule }[];
}

/** Plans event after event for the same endpoints; a changed configuration is a new router. */
export interface Router {
  plan(taken: Origin): Plan;
}

/** Compiles the rules once. Disabled endpoints are in no plan. */
export function createRouter(endpoints: readonly RoutedEndpoint[], onFault?: OnFault): Router {
  const enabled = endpoints.filter(({ disabled }) => !disabled);
  const compiled = enabled.map((endpoint) => ({
    name: endpoint.name,
    ignores: compileRules(endpoint, onFault),
  }));
  return {
    plan(taken) {
      const { event, source } = taken;
      const subject: Subject = {
        ...{ class: event.class, view: viewOf(event), source, payload: taken.payload },
        ...(event.request?.useragent !== undefined && { useragent: event.request.useragent }),
        facts: (host) => factsIn(taken, host),
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
