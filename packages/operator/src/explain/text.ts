/** An explanation as lines of text, for the command. */
import { eventName, formatDuration, plural } from '@longshore/event';
import { describeRule } from '../format/history.js';
import type { ExplainedEndpoint, ExplainedEvent, ExplainedFrom } from './port.js';

/** Where the event was read, in words. */
export const EXPLAINED_FROM: Readonly<Record<ExplainedFrom, string>> = {
  sample: 'a sample event',
  file: 'read from the file',
  archive: 'read from the archive',
  queue: 'read from its queue',
  history: 'read from the trail, which does not keep its body: size and registry are not known',
};

/** `ignored by where, which is false for this event`. */
export function verdictOf({ verdict, rule, problem, filterError }: ExplainedEndpoint): string {
  if (verdict === 'disabled') return 'disabled in the configuration: it gets nothing';
  if (verdict === 'ignored') return `ignored by ${describeRule(rule ?? '')}`;
  const despite = filterError === undefined ? '' : `, although where failed (${filterError})`;
  if (verdict === 'error') return `dead-lettered${despite}: ${problem}`;
  return `delivered${despite}`;
}

/** @param states of the endpoints, in words; empty: not known */
export function explainedLines(event: ExplainedEvent, states: ReadonlyMap<string, string>): string[] {
  const { id, source, kind, class: eventClass, from, endpoints } = event;
  return [
    `${eventName(event)}, event ${id}`,
    `  ${EXPLAINED_FROM[from]}`,
    `  source ${source} (kind ${kind}), class ${eventClass}`,
    ...(endpoints.length === 0 ? ['', 'No endpoints are configured.'] : []),
    ...endpoints.flatMap((endpoint) => ['', ...endpointLines(endpoint, states.get(endpoint.endpoint))]),
  ];
}

function endpointLines(explained: ExplainedEndpoint, state: string | undefined): string[] {
  const { endpoint, kind, verdict, passed, request, url, delivery, queue, retries, threshold } = explained;
  const through = passed.length > 0 ? [`  passed: ${passed.map(ruleName).join(', ')}`] : [];
  const head = [`${endpoint} (${kind}): ${verdictOf(explained)}`, ...through];
  if (verdict === 'ignored' || verdict === 'disabled') return head;
  return [
    ...head,
    `  delivery ${delivery}`,
    ...queue.map((line) => `  queue: ${line}`),
    `  retries: ${retryWords(retries, threshold)}`,
    ...(state === undefined ? [] : [`  now: ${state}`]),
    ...(request
      ? [
          `  ${request.method} ${url}`,
          ...request.headers.map(([name, value]) => `    ${name}: ${value}`),
          '',
          ...(request.body === ''
            ? ['    (no body)']
            : request.body.split('\n').map((line) => `    ${line}`)),
        ]
      : []),
  ];
}

/** `ignore.tags`: the setting without its explanation. */
const ruleName = (rule: string): string => describeRule(rule).split(/[,:;]/, 1)[0] ?? rule;

function retryWords(retries: readonly number[], threshold: number): string {
  if (threshold <= 1) return 'none; the first failure dead-letters it';
  const shown = retries.map((ms) => formatDuration(ms)).join(', ');
  const more =
    threshold - 1 > retries.length ? ` … (${plural(threshold - 1, 'retry', 'retries')} in all)` : '';
  return `${shown}${more} after the first attempt, while each fails at once; then it is dead-lettered`;
}
