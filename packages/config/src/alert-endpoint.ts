/**
 * The endpoint behind each receiver of `alerts`. An alert is delivered like any other event: from a queue, with the
 * retries that an endpoint has by default, and into the dead-letter set when they are used up.
 */
import type { AlertConfig } from './alert.js';
import { type HttpEndpoint, httpEndpoint } from './endpoint.js';
import type { Config } from './schema.js';

/** An endpoint that only alerts go to. It is made from `alerts` and cannot be written in `notifications`. */
export type AlertEndpoint = Omit<HttpEndpoint, 'kind'> & { kind: 'alert'; receiver: AlertConfig };

/** Messages at once to one receiver: chats limit how many they take. */
const CONCURRENCY = 2;

/** What commands, pages, records and metrics call the endpoint. `longshore check` refuses it to any other. */
export const alertEndpointName = (receiver: string): string => `alerts/${receiver}`;

/** One for each receiver, in their order. */
export function alertEndpoints({ alerts }: Pick<Config, 'alerts'>): AlertEndpoint[] {
  return alerts.map((receiver) => ({
    ...httpEndpoint.parse({ kind: 'http', name: alertEndpointName(receiver.name) }),
    kind: 'alert',
    hold: undefined,
    accept: ['other'],
    concurrency: CONCURRENCY,
    url: receiver.url,
    headers: receiver.headers,
    auth: receiver.auth,
    tls: receiver.tls,
    proxy: receiver.proxy,
    timeout: receiver.timeout,
    receiver,
  }));
}
