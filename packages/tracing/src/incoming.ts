/** The trace that a request says it belongs to. */
import type { SpanStart } from './spans.js';
import { propagates } from './spans.js';

/**
 * The request continues the sender's trace when it has proved who sent it. Else a stranger could write into any trace,
 * and decide that it is recorded: its span starts a trace of its own, with a link.
 * @param traceparent the request's header of that name
 */
export function parentFor(
  traceparent: string | string[] | undefined,
  isTrusted: boolean,
): Pick<SpanStart, 'parent' | 'links'> {
  if (typeof traceparent !== 'string' || !propagates()) return { parent: null };
  return isTrusted ? { parent: traceparent } : { parent: null, links: [traceparent] };
}
