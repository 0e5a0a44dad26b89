/** Scripted answers of a receiver, good and bad. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

interface Head {
  /** Default 200. */
  status?: number;
  headers?: OutgoingHttpHeaders;
  /** Milliseconds before the first byte. */
  delay?: number;
}

/**
 * `hang`: never answers. `reset`: breaks the connection. `trickle`: sends a body one character every `every` ms
 * (default 50). `endless`: sends this text again and again until the client goes. `raw`: these bytes in place of HTTP.
 */
export type Reply =
  | (Head & { body?: string | Buffer })
  | (Head & { trickle: string; every?: number })
  | (Head & { endless: string })
  | { raw: string }
  | 'hang'
  | 'reset';

/** Gives one answer. Resolves when it is out, at once for `hang`. */
export async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const { socket } = response;
  if (reply === 'hang') return;
  if (reply === 'reset') return void socket?.resetAndDestroy();
  if ('raw' in reply) return void socket?.end(reply.raw);
  if (reply.delay) await delay(reply.delay);
  response.writeHead(reply.status ?? 200, reply.headers);
  if ('trickle' in reply) await trickle(response, reply.trickle, reply.every ?? 50);
  else if ('endless' in reply) await repeat(response, reply.endless);
  else response.end(reply.body);
}

async function trickle(response: ServerResponse, text: string, every: number): Promise<void> {
  response.flushHeaders();
  for (const character of text) {
    await delay(every);
    if (response.destroyed) return;
    response.write(character);
  }
  response.end();
}

async function repeat(response: ServerResponse, text: string): Promise<void> {
  const gone = once(response, 'close');
  while (!response.destroyed) {
    if (!response.write(text)) await Promise.race([once(response, 'drain'), gone]);
    else await delay(0);
  }
}
