/** Answers to senders: how they are written, and the one translator from an error to an answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, excerpt, LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { withoutToken } from '@longshore/sources';

const RETRY_AFTER = '5';

/** An answer to a request. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON value; absent when there is nothing to say. */
  body?: unknown;
}

/** Writes it as Koa does. @throws Error for a header that is none; another answer can be written then */
export function writeAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? 'text/plain' : 'application/json';
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** What an error is answered with, and where it is recorded. */
export interface ErrorAnswersParts {
  /** Paths that webhooks may be posted to, for a 404 that helps. */
  paths(): readonly string[];
  observer: Pick<Observer, 'log' | 'eventRefused'>;
  /** A request holds no secret, or a wrong one. Resolves when that may be answered. */
  onUnauthorized(request: IncomingMessage): Promise<void>;
}

/** A request that failed. */
export interface FailedRequest {
  request: IncomingMessage;
  path: string;
  /** Of its source, when that is known. */
  name?: string | undefined;
}

/** See the header. */
export interface ErrorAnswers {
  /** The answer, once it may be given; the refusal is recorded. Never rejects. */
  of(error: unknown, failed: FailedRequest): Promise<Answer>;
  /** Why nothing takes such a request. */
  unknown(method: string, path: string): LongshoreError;
}

/** See the header. */
export function createErrorAnswers({ paths, observer, onUnauthorized }: ErrorAnswersParts): ErrorAnswers {
  return {
    async of(error, { request, path, name }) {
      const known =
        error instanceof LongshoreError
          ? error
          : new LongshoreError('INTERNAL', String(error), { cause: error });
      const { status = 500, expose } = ERRORS[known.code];
      if (status === 401) await onUnauthorized(request);
      const place = withoutToken(path, paths());
      if (known.code === 'INTERNAL')
        observer.log.error({ err: error, path: place }, 'request failed inside Longshore');
      observer.eventRefused({
        source: excerpt(name ?? place),
        status,
        reason: known.code,
        detail: excerpt(known.message),
      });
      const message = expose ? (known.outside ?? known.message) : 'internal error, see the log';
      return { status, headers: headersFor(status, path), body: { error: known.code, message } };
    },
    unknown: (method, path) => refusalOf(method, path, paths()),
  };
}

function headersFor(status: number, path: string): Record<string, string> {
  if (status === 503) return { 'Retry-After': RETRY_AFTER };
  if (status === 429) return { 'Retry-After': '1' };
  if (status === 405) return { Allow: path === '/health' ? 'GET, HEAD' : 'POST' };
  return status === 401 ? { 'WWW-Authenticate': 'Bearer, Basic realm="longshore"' } : {};
}

function refusalOf(method: string, path: string, paths: readonly string[]): LongshoreError {
  const place = withoutToken(path, paths);
  if (path === '/health') {
    return new LongshoreError('SOURCE_METHOD', `${method} is not taken on /health; it is asked with GET`);
  }
  if (paths.includes(path.replace(/\/$/, ''))) {
    return new LongshoreError('SOURCE_METHOD', `${method} is not taken on ${place}; webhooks are posted`);
  }
  const known = [...paths.map((one) => `POST ${one}`), 'GET /health'];
  const message = `nothing listens on ${place}; known are ${known.join(', ')}`;
  return new LongshoreError('SOURCE_UNKNOWN', message);
}
