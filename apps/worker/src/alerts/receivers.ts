/**
 * The receivers of alerts as sinks: the same guarded client that delivers events, with a time-out for the whole
 * attempt, no redirects and an answer of which only the beginning is read. One attempt for each call.
 */
import { type AlertConfig, type Config, environment, proxyFor } from '@longshore/config';
import { ignore } from '@longshore/event';
import { openSink, type SendResult, type Sink } from '@longshore/sinks';
import { systemTrust } from '../trust.js';

/** The receivers of `alerts`, each with a sink of its own. */
export interface Receivers {
  /** @throws LongshoreError SECRET_MISSING when one of them could not be told */
  check(config: Config): void;
  /** Sinks that are open. */
  readonly open: number;
  /** Closes the sinks of receivers that left the configuration. */
  keep(config: Config): void;
  /** Neither throws nor rejects. A receiver whose settings changed is opened anew. */
  send(receiver: AlertConfig, message: OutgoingMessage, signal: AbortSignal): Promise<SendResult>;
  close(): Promise<void>;
}

/** One attempt at one message. */
export interface OutgoingMessage {
  /** The same in every attempt. */
  id: string;
  attempt: number;
  /** JSON of the whole body. */
  body: Record<string, unknown>;
}

/** Messages at once to one receiver: chats limit how many they take. */
export const AT_ONCE = 2;

/** @param version for the `User-Agent` */
export function createReceivers(version: string): Receivers {
  const open = new Map<string, { sink: Sink; madeFrom: string }>();

  const sinkOf = async (receiver: AlertConfig): Promise<Sink> => {
    const options = optionsOf(receiver, version);
    // Holds the secrets' values, so that a rotated one is picked up. Never logged.
    const madeFrom = JSON.stringify(options);
    const known = open.get(receiver.name);
    if (known?.madeFrom === madeFrom) return known.sink;
    await known?.sink.close();
    const sink = openSink('http', options);
    open.set(receiver.name, { sink, madeFrom });
    return sink;
  };

  return {
    check({ alerts }) {
      for (const receiver of alerts) optionsOf(receiver, version);
    },
    get open() {
      return open.size;
    },
    keep({ alerts }) {
      const names = new Set(alerts.map(({ name }) => name));
      for (const [name, { sink }] of open) {
        if (names.has(name)) continue;
        open.delete(name);
        void sink.close().catch(ignore('worker.sink.close')); // nothing is sent through it any more
      }
    },
    async send(receiver, { id, attempt, body }, signal) {
      try {
        const sink = await sinkOf(receiver);
        return await sink.send(asDelivery(receiver, id, body), { number: attempt, signal });
      } catch (error) {
        // A secret that went away while the relay runs.
        const detail = error instanceof Error ? error.message : String(error);
        return { kind: 'retry', reason: 'error', detail };
      }
    },
    async close() {
      await Promise.all(Array.from(open.values(), ({ sink }) => sink.close()));
    },
  };
}

function optionsOf({ name, url, headers, timeout }: AlertConfig, version: string) {
  const revealed = Object.entries(headers).map(([header, values]): [string, string[]] => [
    header,
    values.map((value) => value.reveal()),
  ]);
  return {
    name,
    url: url.reveal(),
    proxy: proxyFor(url.reveal(), environment()),
    trust: systemTrust(),
    headers: Object.fromEntries(revealed),
    timeout,
    concurrency: AT_ONCE,
    annotate: false,
    envelope: false,
    userAgent: `longshore/${version}`,
  };
}

/** What a sink sends is a delivery; of this one only the id, the type and the payload are looked at. */
function asDelivery({ name }: AlertConfig, id: string, event: Record<string, unknown>) {
  return {
    ...{ id, endpoint: name, eventId: id, source: 'longshore', kind: 'longshore' },
    class: 'other' as const,
    nativeType: 'alert',
    receivedAt: Date.now(),
    contentType: 'application/json',
    view: { action: 'alert' },
    payload: { event },
  };
}
