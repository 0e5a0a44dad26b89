/**
 * What every listener bounds before its handler knows who is calling: connections, the time for a request, the pace
 * of its body, and what of a body is still taken in after the answer.
 *
 * A handler that answers without reading the body need not care for it: Node lets the rest flow and keeps nothing,
 * so that a sender which writes all before it reads gets its answer and may use the connection again. A body is
 * asked for (`100 Continue`) only when the handler begins to read it.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';

/** Longer than proxies keep an idle connection (60 s): else they reuse one that was closed just now. */
export const KEEP_ALIVE_MS = 75_000;
/**
 * Above the former. From Node 18 on it counts from the first byte of a head and is bounded by {@link REQUEST_MS};
 * older ones counted from the end of the last request.
 */
export const HEADERS_MS = 80_000;
/** For a whole request, head and body. No sender that is known waits for its answer that long. */
export const REQUEST_MS = 30_000;
/** How often Node looks for requests that are over time. */
const CHECK_MS = 5_000;
/** Below a usual limit of open files, with room for what else the process opens. */
export const MAX_CONNECTIONS = 4_096;

/** What is asked of a body. */
interface BodyLimits {
  /** It has to bring `paceBytes` in each period of so many milliseconds. */
  paceMs: number;
  paceBytes: number;
  /** How much of it, and for how long, is taken in after the answer. */
  restBytes: number;
  restMs: number;
  /** How often that is looked at. */
  sweepMs: number;
}

/** 256 bytes a second: the slowest honest links have several times that. */
const BODY_LIMITS: BodyLimits = {
  paceMs: 5_000,
  paceBytes: 1_280,
  restBytes: 32 * 2 ** 20,
  restMs: 10_000,
  sweepMs: 1_000,
};

/** A request whose body has not arrived yet. */
interface Pending {
  request: IncomingMessage;
  response: ServerResponse;
  /** Since when, in ms of `performance.now()`, and from how many bytes of the connection on its pace is measured. */
  since: number;
  bytes: number;
  isAnswered: boolean;
}

/** A server with all limits in place that does not listen yet. @param limits shorter ones, for tests */
export function createLimitedServer(handler: RequestListener, limits: Partial<BodyLimits> = {}): Server {
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS },
    handler,
  );
  // As an option Node refuses one above `requestTimeout`.
  server.headersTimeout = HEADERS_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    // `resume`: something has begun to read. After the answer that is Node, which empties the connection.
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue();
    });
    server.emit('request', request, response);
  });
  watchBodies(server, { ...BODY_LIMITS, ...limits });
  return server;
}

function watchBodies(server: Server, limits: BodyLimits): void {
  const pending = new Set<Pending>();
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!hasBody(request)) return;
    const { bytesRead: bytes } = request.socket;
    const one: Pending = { request, response, since: performance.now(), bytes, isAnswered: false };
    pending.add(one);
    request.once('close', () => pending.delete(one));
  });
  // After the timers the event loop reads what has arrived: a process that was busy blames no sender for it.
  const timer = setInterval(() => setImmediate(sweep, pending, limits), limits.sweepMs).unref();
  server.once('close', () => clearInterval(timer));
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function sweep(pending: Set<Pending>, limits: BodyLimits): void {
  const now = performance.now();
  for (const one of pending) {
    if (one.request.complete) pending.delete(one);
    else if (one.response.writableFinished) endRest(one, now, limits);
    else keepPace(one, now, limits);
  }
}

/** Only while something reads: a handler that waits for something else keeps the sender waiting too. */
function keepPace(one: Pending, now: number, { paceMs, paceBytes }: BodyLimits): void {
  const { request, response } = one;
  const { socket } = request;
  const isMeasured = request.readableFlowing === true;
  if (isMeasured && now - one.since < paceMs) return;
  if (isMeasured && socket.bytesRead - one.bytes < paceBytes) {
    // As Node does for `requestTimeout`.
    const answer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';
    if (!response.headersSent) socket.write(answer);
    socket.destroySoon();
    return;
  }
  one.since = now;
  one.bytes = socket.bytesRead;
}

function endRest(one: Pending, now: number, { restBytes, restMs }: BodyLimits): void {
  const { socket } = one.request;
  if (!one.isAnswered) Object.assign(one, { isAnswered: true, since: now, bytes: socket.bytesRead });
  const isTooMuch = socket.bytesRead - one.bytes > restBytes;
  if (isTooMuch || now - one.since > restMs) socket.destroy();
}
