/** Reads one answer from got's stream, up to a limit. What is longer ends with the connection. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'got';

/** An answer, read to its end or to its limit. */
export interface Received {
  status: number;
  /** Of several lines of one name the first. */
  header(name: string): string | undefined;
  body: string;
}

/** @throws got's error when the response cannot be read */
export async function receive(stream: Request, limit: number): Promise<Received> {
  // An abort after the answer is an error that the loop below no longer takes: it would end the process, and print the
  // request with its credentials.
  stream.on('error', () => {});
  let head: { status: number; headers: IncomingHttpHeaders } | undefined;
  stream.once('response', ({ statusCode, headers }: { statusCode: number; headers: IncomingHttpHeaders }) => {
    head = { status: statusCode, headers };
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk.subarray(0, limit - bytes));
    bytes += chunk.length;
    if (bytes > limit) break;
  }
  if (head === undefined) throw new Error('the answer ended before its head');
  const { status, headers } = head;
  return {
    status,
    header: (name) => [headers[name]].flat()[0],
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
