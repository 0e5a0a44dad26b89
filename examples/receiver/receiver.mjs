/**
 * A receiver that processes each event once, even if it gets duplicates: after a crash or a late response Longshore
 * sends an event again, with the same `Idempotency-Key`. Without that header (the registry itself sends none) it uses
 * the id of each event.
 *
 *   SECRET='Bearer abc' node examples/receiver/receiver.mjs
 *
 * Keys are kept in memory here. A receiver whose work must survive its own restart writes the key in the same
 * transaction as the work.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** More than the number of deliveries that can be in flight. */
const KEYS = 10_000;

/**
 * @param secret the whole value of `Authorization` that is required
 * @param work called once for each event; when it fails, Longshore retries the event
 */
export function createReceiver({ secret, work }) {
  if (!secret) throw new Error('SECRET is not set: without it anybody could post events');
  const once = createOnce(KEYS);
  return createServer(async (request, response) => {
    const answer = (status) => response.writeHead(status).end();
    if (!isEqual(request.headers.authorization ?? '', secret)) return answer(401);
    const events = await json(request).then(
      (body) => body?.events,
      () => undefined,
    );
    if (!Array.isArray(events)) return answer(400);
    const key = request.headers['idempotency-key'];
    try {
      if (key === undefined) await Promise.all(events.map((event) => once(event?.id, () => work(event))));
      else await once(`key ${key}`, () => Promise.all(events.map(work)));
      answer(204);
    } catch {
      answer(500);
    }
  });
}

/** Runs `task` unless it has run, or is running, for this key. Without a key it always runs. */
function createOnce(most) {
  const started = new Map();
  return async (key, task) => {
    if (key === undefined) return task();
    if (!started.has(key)) {
      const done = Promise.resolve().then(task);
      done.catch(() => started.delete(key));
      started.set(key, done);
      if (started.size > most) started.delete(started.keys().next().value);
    }
    return started.get(key);
  };
}

/** Constant time for every wrong value. The digests have the same length. */
function isEqual(given, secret) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const work = async ({ action, target }) => console.log(action, target.repository, target.tag ?? '');
  createReceiver({ secret: process.env.SECRET, work }).listen(5091, '127.0.0.1');
}
