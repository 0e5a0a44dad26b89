/**
 * A TCP connection to the first address of a name that answers: the addresses are tried one after the other,
 * a quarter of a second apart, and none is given up for the next one (RFC 8305, "Happy Eyeballs").
 *
 * Not node's own `autoSelectFamily`: it ends the connection to an address after 250 ms, so a distant receiver
 * with a second address that has no route was never reached. Here only the attempt's deadline ends anything.
 */
import { ADDRCONFIG, type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import type { Opening } from '@longshore/event';
import { withoutZone } from '@longshore/settings/http-url';

/** How long an address has for itself before the next one is tried as well. RFC 8305 section 5 recommends it. */
const NEXT_ADDRESS_MS = 250;

/** The sockets of one connection while it comes about. */
export interface Sockets {
  /** Takes a new socket into the list of those that end with the connection. */
  track(socket: Socket): void;
  /** To be called when a step has ended, also without success: what passed since the one before is its time. */
  stepEnded?(step: keyof Opening): void;
  /** Whether the proxy itself is not reached yet. */
  atProxy: boolean;
  /** The connection was given up. */
  readonly ended: boolean;
}

/** Called once. */
export type Dialed = (error: Error | null, socket?: Socket) => void;

/** Resolves a name to all of its addresses, in the order of preference. For tests. */
export type Lookup = (
  host: string,
  done: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const lookupAll: Lookup = (host, done) => {
  const options = { all: true, verbatim: true, hints: ADDRCONFIG } as const;
  systemLookup(host, options, (error, found) => {
    // /etc/hosts holds names without the dot at their end.
    if (error?.code === 'ENOTFOUND' && host.endsWith('.')) systemLookup(host.slice(0, -1), options, done);
    else done(error, found);
  });
};

/** How names are resolved, and what is refused. */
export interface DialOptions {
  /** For tests. */
  lookup?: Lookup;
  /** Why an address must not be connected to. A name is refused when one of its addresses is. */
  refusal?(address: string): Error | undefined;
}

/** @param host a name or an address without brackets */
export function dial(
  { host, port }: { host: string; port: number },
  sockets: Sockets,
  done: Dialed,
  { lookup = lookupAll, refusal = () => undefined }: DialOptions = {},
): void {
  const connect = (addresses: readonly string[]): void => {
    const refused = addresses.map(withoutZone).map(refusal).find(Boolean);
    if (refused) done(refused);
    else race(addresses, port, sockets, done);
  };
  if (isIP(withoutZone(host)) !== 0) connect([host]);
  else {
    lookup(host, (error, addresses) => {
      sockets.stepEnded?.('dns');
      if (error) done(error);
      else connect(alternating(addresses));
    });
  }
}

function race(addresses: readonly string[], port: number, sockets: Sockets, done: Dialed): void {
  const running = new Set<Socket>();
  const errors: Error[] = [];
  let next = 0;
  let timer: NodeJS.Timeout | undefined;

  const finish = (...result: Parameters<Dialed>): void => {
    clearTimeout(timer);
    sockets.stepEnded?.('connect');
    const [, won] = result;
    for (const socket of running) if (socket !== won) socket.destroy();
    running.clear();
    done(...result);
  };
  const lost = (socket: Socket, error: Error): void => {
    if (!running.delete(socket)) return;
    errors.push(error);
    if (next < addresses.length) start();
    else if (running.size === 0) finish(errors.length === 1 ? error : new AggregateError(errors));
  };
  const start = (): void => {
    clearTimeout(timer);
    if (sockets.ended) return;
    const host = addresses[next++];
    const socket = tcpConnect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
    running.add(socket);
    sockets.track(socket);
    socket
      .once('connect', () => running.has(socket) && finish(null, socket))
      .on('error', (error) => lost(socket, error));
    if (next < addresses.length) timer = setTimeout(start, NEXT_ADDRESS_MS);
  };
  if (addresses.length === 0) done(new Error('the name has no address'));
  else start();
}

/** The families in turns, so that one without a route does not come first with all of its addresses. */
function alternating(addresses: readonly LookupAddress[]): string[] {
  const first = addresses[0]?.family;
  const own = addresses.filter(({ family }) => family === first);
  const others = addresses.filter(({ family }) => family !== first);
  return own
    .flatMap((address, index) => [address, ...(others[index] ? [others[index]] : [])])
    .concat(others.slice(own.length))
    .map(({ address }) => address);
}
