/**
 * The dry run of the whole way of an event: by which rule each endpoint ignores it, or what its receiver would get. The
 * same functions decide and render as in ingest and in the worker, with the same limits. Nothing is stored or sent.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { type Config, routedEndpoints, templateBody } from '@longshore/config';
import { excerpt, factsIn, LongshoreError, type TakenEvent, viewOf } from '@longshore/event';
import { compileRules, type Ignores, type RoutedEndpoint } from '@longshore/routing';
import { suggest } from '../parse-input.js';
import { explainEndpoint, type RoutedTo } from './endpoint.js';
import type { ExplainedEvent, Explanation, FoundEvent, Preview, Trial } from './port.js';

/** What an explanation is made with. */
export interface ExplainParts {
  config: Config;
  preview: Preview;
  trial?: Trial;
  /** Milliseconds for all events; what is left then is `untried`. Default: no limit. */
  budget?: number;
}

/** An endpoint with its rules compiled. */
interface Ready {
  endpoint: RoutedTo;
  ignores: Ignores;
  /** Takes the fault of the last look. */
  fault(): string | undefined;
}

/** @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID for a trial that cannot be compiled */
export async function explainEvents(
  found: readonly FoundEvent[],
  { config, preview, trial = {}, budget = Number.POSITIVE_INFINITY }: ExplainParts,
): Promise<Explanation> {
  const ready = endpointsOf(config, trial).map(compiled);
  const end = performance.now() + budget;
  const events: ExplainedEvent[] = [];
  for (const one of found) {
    if (performance.now() > end) break;
    events.push(explainEvent(one, ready, preview));
    // A template may take half a second: what else this process does is not to wait for all of them.
    await turn();
  }
  return { events, untried: found.length - events.length };
}

function explainEvent(
  { taken, from }: FoundEvent,
  ready: readonly Ready[],
  preview: Preview,
): ExplainedEvent {
  const { event, source, kind, receivedAt } = taken;
  const { repository, tag, digest } = event.target;
  return {
    ...{ id: event.id, source, kind, class: event.class, action: event.action },
    ...{ repository, tag, digest },
    receivedAt: new Date(receivedAt).toISOString(),
    from,
    endpoints: ready.map(({ endpoint, ignores, fault }) => {
      const rule = ignores(subjectOf(taken));
      const filterError = fault();
      return explainEndpoint({ taken, endpoint, preview, rule, filterError });
    }),
  };
}

const subjectOf = (taken: TakenEvent): Parameters<Ignores>[0] => {
  const { event, source } = taken;
  const useragent = event.request?.useragent;
  return {
    ...{ class: event.class, view: viewOf(event), source },
    ...(useragent !== undefined && { useragent }),
    facts: (host) => factsIn(taken, host),
  };
};

function endpointsOf(config: Config, { endpoint: name, where, template }: Trial): RoutedTo[] {
  const all = routedEndpoints(config);
  if (name === undefined) {
    if (where === undefined && template === undefined) return all;
    throw invalid('endpoint is missing: a filter or template is tried for one endpoint');
  }
  const endpoint = all.find((one) => one.name === name);
  if (!endpoint) {
    const hint = suggest(
      name,
      all.map((one) => one.name),
    );
    throw new LongshoreError('REQUEST_NOT_FOUND', `no endpoint ${excerpt(name)}${hint}`);
  }
  const filtered = where === undefined ? endpoint : { ...endpoint, where };
  return [template === undefined ? filtered : withTemplate(filtered, template)];
}

function withTemplate(endpoint: RoutedTo, text: string): RoutedTo {
  if (endpoint.kind !== 'http')
    throw invalid(
      `a template is for endpoints of kind http, and ${endpoint.name} is of kind ${endpoint.kind}`,
    );
  return { ...endpoint, format: 'template', needs: {}, contenttype: undefined, body: templateBody(text) };
}

/** @throws LongshoreError REQUEST_INVALID */
function compiled(endpoint: RoutedTo): Ready {
  let seen: string | undefined;
  const fault = (): string | undefined => {
    const last = seen;
    seen = undefined;
    return last;
  };
  try {
    const routed: RoutedEndpoint = endpoint;
    const ignores = compileRules(routed, (_, error) => {
      seen = error.message;
    });
    return { endpoint, ignores, fault };
  } catch (error) {
    throw invalid(`where: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const invalid = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);
