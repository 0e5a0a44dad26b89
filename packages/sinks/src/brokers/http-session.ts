/** Brokers that take a message in one HTTP request: no SDK, a signed request, and what its answer means. */
import { openFetch } from '@longshore/network/agents';
import type { Sink } from '../sink.js';
import type { BrokerOptions, Message } from './driver.js';
import { openBroker } from './sink.js';
import type { Scheme } from './target.js';

/** A signed request. */
export interface CloudRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came back; `json` is undefined for a body that is none. */
export interface CloudAnswer {
  status: number;
  text: string;
  json: unknown;
}

/** What differs between the clouds. */
export interface Cloud {
  schemes: Readonly<Record<string, Scheme>>;
  secrets: readonly string[];
  /** @param origin scheme, host and port of the endpoint's url */
  request(message: Message, origin: string): Promise<CloudRequest>;
  /** What the broker said of a stored message. @throws BrokerFault */
  judge(answer: CloudAnswer): string;
}

/** Of an answer so much is read. */
const LONGEST_ANSWER = 64 * 1024;

/** See the header. */
export function openCloud(options: BrokerOptions, { schemes, secrets, request, judge }: Cloud): Sink {
  return openBroker(options, {
    schemes,
    secrets,
    async connect({ signal, egress }) {
      const { tls, trust } = options;
      const { fetch, close } = openFetch({ egress, ...(tls && { tls }), ...(trust && { trust }) });
      const { origin } = new URL(options.url);
      return {
        async publish(message) {
          const { url, headers, body } = await request(message, origin);
          try {
            const response = await fetch(url, { method: 'POST', headers, body, signal });
            const text = (await response.text()).slice(0, LONGEST_ANSWER);
            return judge({ status: response.status, text, json: parsed(text) });
          } catch (error) {
            throw causeOf(error);
          }
        },
        close,
      };
    },
  });
}

/** fetch hides the error of the socket in its cause. */
const causeOf = (error: unknown): unknown =>
  error instanceof TypeError && error.cause instanceof Error ? error.cause : error;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A text in an object; undefined where there is none. */
export function textIn(json: unknown, name: string): string | undefined {
  const found = typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
  return typeof found === 'string' ? found : undefined;
}
