/**
 * Slows down clients that guess secrets, without locking anyone out: a right secret is always let in, and
 * another client never waits for a guesser.
 *
 * After {@link FREE_FAILURES} wrong secrets of one address each further wrong answer is held back. For the dashboard
 * attempts of that address are then looked at one at a time, so that parallel guesses gain nothing: who would wait
 * behind a guesser at the same address (a proxy) comes first as the newest, and over a connection that has shown the
 * right secret does not wait at all. Ingest only holds answers back: senders behind the same proxy must not wait.
 *
 * Memory is bounded: so many addresses are remembered, the one that failed longest ago is forgotten first.
 */
import type { IncomingMessage } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Observer } from '@longshore/observe';

/** Wrong secrets of one client that cost no time: a person mistypes, a script has an old password. */
export const FREE_FAILURES = 10;

/** Milliseconds after its last failure in which a client's failures count. */
const REMEMBERED_MS = 10 * 60_000;

/** Clients that are remembered. */
const MOST_CLIENTS = 10_000;

/** Attempts of one client that wait for their turn; the oldest is refused beyond it. */
const MOST_WAITING = 32;

/** Answers that are held back at once, over all clients; beyond it they go out without delay. */
const MOST_HELD_BACK = 1_000;

/** Milliseconds between two lines about failures. */
const LOG_EVERY_MS = 60_000;

/** One attempt that may be looked at now. One of its two ends has to be called. */
export interface Attempt {
  passed(): void;
  /** Resolves when it may be answered. */
  failed(): Promise<void>;
}

/** The sign-ins of one listener. */
export interface SignIns {
  /** Resolves when the secret may be compared; with undefined when too many attempts of the client wait (429). */
  begin(request: IncomingMessage): Promise<Attempt | undefined>;
  /** A wrong secret, compared already. Resolves when it may be answered. */
  failed(request: IncomingMessage): Promise<void>;
}

/** Of one listener. */
export interface SignInOptions {
  listener: 'ingest' | 'dashboard';
  observer: Pick<Observer, 'signInFailed' | 'throttledLog'>;
  /** Milliseconds by which a wrong answer is held back. Shorter than the time-out of a registry (1 s) for ingest. */
  holdBackMs: number;
}

interface Client {
  failures: number;
  /** Epoch milliseconds of the last one. */
  at: number;
  /** An attempt is being looked at. */
  busy: boolean;
  /** Oldest first. */
  waiting: ((mayGo: boolean) => void)[];
}

/** Counts, logs and slows down failed sign-ins. */
export function createSignIns({ listener, observer, holdBackMs }: SignInOptions): SignIns {
  const clients = new Map<string, Client>();
  const trusted = new WeakSet<Socket>();
  const log = observer.throttledLog(`${listener} sign-ins`, LOG_EVERY_MS);
  let heldBack = 0;

  const known = (name: string): Client | undefined => {
    const client = clients.get(name);
    if (client === undefined || client.busy || Date.now() - client.at < REMEMBERED_MS) return client;
    clients.delete(name);
    return undefined;
  };
  const count = (name: string, socket: Socket): Client => {
    const client = known(name) ?? { failures: 0, at: 0, busy: false, waiting: [] };
    client.failures++;
    client.at = Date.now();
    trusted.delete(socket);
    // Behind all others, so that the first is the one to forget.
    clients.delete(name);
    clients.set(name, client);
    const [oldest] = clients.size > MOST_CLIENTS ? clients.keys() : [];
    if (oldest !== undefined) clients.delete(oldest);
    observer.signInFailed({ listener });
    const slowed = client.failures > FREE_FAILURES;
    log.warn({ listener, client: name, failures: client.failures, slowed }, 'sign-in failed');
    return client;
  };
  const holdBack = async ({ failures }: Client): Promise<void> => {
    if (failures <= FREE_FAILURES || heldBack >= MOST_HELD_BACK) return;
    heldBack++;
    await delay(holdBackMs, undefined, { ref: false });
    heldBack--;
  };

  return {
    async begin({ socket }) {
      const name = clientOf(socket);
      const client = known(name);
      if (client === undefined || client.failures < FREE_FAILURES || trusted.has(socket)) {
        return {
          passed: () => void trusted.add(socket),
          failed: () => holdBack(count(name, socket)),
        };
      }
      if (client.busy && !(await turnOf(client, socket))) return undefined;
      client.busy = true;
      return {
        passed() {
          trusted.add(socket);
          next(client);
        },
        async failed() {
          count(name, socket);
          // Also when too many are held back: this one is the only one of its client.
          await delay(holdBackMs, undefined, { ref: false });
          next(client);
        },
      };
    },
    failed: ({ socket }) => holdBack(count(clientOf(socket), socket)),
  };
}

/** Resolves with false when it is refused, or its connection is gone. */
function turnOf(client: Client, socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = (): void => settle(false);
    const settle = (mayGo: boolean): void => {
      socket.removeListener('close', gone);
      client.waiting = client.waiting.filter((one) => one !== settle);
      resolve(mayGo);
    };
    socket.once('close', gone);
    client.waiting.push(settle);
    if (client.waiting.length > MOST_WAITING) client.waiting[0]?.(false);
  });
}

/** The newest first: a guesser who sends many at once has the older ones. */
function next(client: Client): void {
  client.busy = false;
  const newest = client.waiting.at(-1);
  if (newest === undefined) return;
  client.busy = true;
  newest(true);
}

/** An address; of IPv6 its /64, of which one machine has every address. */
function clientOf({ remoteAddress = 'unknown' }: Socket): string {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(address)) return address;
  const [head = [], tail = []] = (address.split('%')[0] ?? '')
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return `${[...head, ...zeros, ...tail].slice(0, 4).join(':')}::/64`;
}
