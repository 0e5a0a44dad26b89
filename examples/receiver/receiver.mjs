/**
 * A receiver that does its work once for each event, however often it is told: after a crash or a late answer
 * Longshore sends an event again, with the same `Idempotency-Key`.
 *
 *   SECRET='Bearer abc' node examples/receiver/receiver.mjs
 *
 * Keys are kept in memory here. A receiver whose work must survive its own restart writes the key in the same
 * transaction as the work.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** More than can be on their way again at any time. */
const KEYS = 10_000;

/**
 * @param secret the whole value of `Authorization` that is asked for
 * @param work called once for each event; when it fails the event is asked for again
 */
export function createReceiver({ secret, work }) {
  const started = new Map();
  const once = (key, events) => {
    if (!started.has(key)) {
      const done = Promise.all(events.map(work));
      done.catch(() => started.delete(key));
      started.set(key, done);
      if (started.size > KEYS) started.delete(started.keys().next().value);
    }
    return started.get(key);
  };
  return createServer(async (request, response) => {
    const answer = (status) => response.writeHead(status).end();
    if (request.headers.authorization !== secret) return answer(401);
    try {
      const { events } = await json(request);
      await once(request.headers['idempotency-key'], events);
      answer(204);
    } catch {
      answer(500);
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const work = async ({ action, target }) => console.log(action, target.repository, target.tag ?? '');
  createReceiver({ secret: process.env.SECRET, work }).listen(5091, '127.0.0.1');
}
