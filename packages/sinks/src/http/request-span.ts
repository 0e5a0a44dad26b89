/** The span of one request to a receiver: what it was sent to and how it ended, never a path, which may hold a secret. */
import { failed, inSpan, type SpanStart } from '@longshore/tracing';
import type { Ending } from './exchange.js';
import type { Target } from './target.js';
import { failureOf, timedOut } from './transport.js';

/** What is known of the request before it is sent. */
export interface Requested {
  method: string;
  target: Target;
  /** Milliseconds. */
  timeout: number;
  /** Bytes of the body. */
  size: number;
}

/** Headers of the request are made within it: `traceparent` names this span. */
export function inClientSpan(requested: Requested, work: () => Promise<Ending>): Promise<Ending> {
  return inSpan(
    requested.method,
    () => startOf(requested),
    async (span) => {
      const ending = await work();
      if (!span) return ending;
      const status = ending.head?.status;
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      const reason = status === undefined ? reasonOf(ending, requested) : status >= 300 && String(status);
      if (reason) {
        span.setAttribute('error.type', reason);
        failed(span, reason);
      }
      return ending;
    },
  );
}

const startOf = ({ method, target, size }: Requested): SpanStart => ({
  kind: 'client',
  attributes: {
    'http.request.method': method,
    'http.request.body.size': size,
    'server.address': target.host,
    'server.port': target.port,
    'url.scheme': target.secure ? 'https' : 'http',
  },
});

function reasonOf({ kind, phase, error }: Ending, { target, timeout }: Requested): string {
  if (kind === 'aborted') return 'aborted';
  if (kind === 'timeout') return timedOut(phase, target.place, timeout).reason;
  return failureOf(error ?? new Error('no answer'), target.place).reason;
}
