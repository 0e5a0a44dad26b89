/** What one endpoint does with one event. */
import { maskedUrl, type routedEndpoints } from '@longshore/config';
import { deliveryOf, formatDuration, formatSize, plannedDelay, type TakenEvent } from '@longshore/event';
import { RULES, type Rule } from '@longshore/routing';
import type { ExplainedEndpoint, Preview } from './port.js';

/** An endpoint that events are routed to. */
export type RoutedTo = ReturnType<typeof routedEndpoints>[number];

/** How many retries are listed. */
const MOST_RETRIES = 10;
/** The middle of the jitter. */
const MIDDLE = 0.5;

/** @param rule by which it was ignored */
export function explainEndpoint({
  taken,
  endpoint,
  preview,
  rule,
  filterError,
}: {
  taken: TakenEvent;
  endpoint: RoutedTo;
  preview: Preview;
  rule: Rule | undefined;
  filterError: string | undefined;
}): ExplainedEndpoint {
  const { name, kind, threshold, disabled } = endpoint;
  const about = {
    ...{ endpoint: name, kind, threshold },
    passed: rulesBefore(endpoint, rule),
    ...(filterError !== undefined && { filterError }),
    queue: queueOf(endpoint),
    retries: retriesOf(endpoint),
  };
  if (disabled) return { ...about, verdict: 'disabled' };
  if (rule !== undefined) return { ...about, verdict: 'ignored', rule };
  const delivery = deliveryOf(taken, name);
  const taking = { ...about, delivery: delivery.id };
  if (endpoint.kind !== 'http') return { ...taking, verdict: 'delivered' };
  const url = maskedUrl(endpoint.url);
  const request = preview(endpoint, delivery);
  if ('problem' in request) return { ...taking, url, verdict: 'error', problem: request.problem };
  return { ...taking, url, verdict: 'delivered', request };
}

/** Those that the endpoint has, as far as they were asked. */
function rulesBefore(endpoint: RoutedTo, rule: Rule | undefined): Rule[] {
  const asked = Object.keys(RULES) as Rule[];
  const end = rule === undefined ? asked.length : asked.indexOf(rule);
  return asked.slice(0, end).filter((one) => hasRule(endpoint, one));
}

function hasRule(endpoint: RoutedTo, rule: Rule): boolean {
  const { ignore } = endpoint;
  const only = 'only' in endpoint ? endpoint.only : undefined;
  switch (rule) {
    case 'accept':
      return true;
    case 'mediatype':
      return ignore.mediatypes.length > 0;
    case 'action':
      return ignore.actions.length > 0;
    case 'repository':
      return ignore.repositories.length > 0;
    case 'tag':
      return ignore.tags.length > 0;
    case 'source':
      return (ignore.sources ?? []).length > 0;
    case 'format':
      return 'needs' in endpoint && Object.keys(endpoint.needs ?? {}).length > 0;
    case 'where':
      return endpoint.where !== undefined;
    case 'own_pull':
      return !endpoint.ownpulls;
    case 'loop':
      return 'chain' in endpoint && endpoint.chain === false;
    case 'only_repositories':
      return (only?.repositories ?? []).length > 0;
    case 'only_tags':
      return (only?.tags ?? []).length > 0;
    default:
      return only !== undefined;
  }
}

/** See {@link ExplainedEndpoint.queue}. */
function queueOf(endpoint: RoutedTo): string[] {
  const { collapse = 0, order, batch, latest, paused, concurrency } = endpoint;
  const lines = [`up to ${concurrency} at a time`];
  if (collapse > 0)
    lines.push(`equal events within ${formatDuration(collapse)} are delivered once (collapse)`);
  if (latest === 'tag') lines.push('a newer event of the same tag supersedes it while it waits (latest)');
  if (order !== 'none') lines.push(`in the order of the ${order} (order)`);
  if (batch) {
    const { events, wait, bytes } = batch;
    lines.push(
      `in a request with up to ${events} events or ${formatSize(bytes)}, waiting up to ${formatDuration(wait)} for them (batch)`,
    );
  }
  if (endpoint.hold) lines.push('while the receiver is unavailable it is kept without an attempt (hold)');
  if (paused) lines.push('it waits until `paused` is removed from the configuration');
  return lines;
}

function retriesOf(endpoint: RoutedTo): number[] {
  const retries: number[] = [];
  let at = 0;
  for (let failed = 1; failed < endpoint.threshold && failed <= MOST_RETRIES; failed++) {
    at += plannedDelay(endpoint, failed, MIDDLE);
    retries.push(Math.round(at));
  }
  return retries;
}
