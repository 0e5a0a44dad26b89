/** Requests that `fetch` cannot make: chunked without a length, repeated headers, and ones that break off. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Posts with exactly these headers; chunked unless they hold a `content-length`. */
export async function postRaw(
  url: string,
  headers: Record<string, string | string[]>,
  body: Buffer | string,
): Promise<{ status?: number; json: unknown }> {
  const sent = request(url, { method: 'POST', headers });
  // In pieces: a refusal may come, and the connection go, while some are still under way.
  sent.on('error', () => {}).on('socket', (socket) => void socket.on('error', () => {}));
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 65_536) sent.write(bytes.subarray(at, at + 65_536));
  sent.end();
  const [response] = await once(sent, 'response');
  return { status: response.statusCode, json: JSON.parse(await text(response)) };
}

/** Sends the beginning of a request, and breaks the connection once `seen` holds. */
export async function breakOff(port: number, head: string, body: string, seen: () => Promise<unknown>) {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  socket.write(`POST /registry/notifications HTTP/1.1\r\nHost: test\r\n${head}\r\n\r\n${body}`);
  await seen();
  socket.destroy();
}
