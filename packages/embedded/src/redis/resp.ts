/**
 * The smallest client of Redis: one connection, one command, one answer (RESP2).
 *
 * Enough for PING, SHUTDOWN, INFO and CLUSTER …; start-up, stop and tests need no more.
 * It holds no pool, does not reconnect and does not pipeline: the relay's own traffic goes through `queue`.
 */
import { connect, type Socket } from 'node:net';

/** A unix socket's path, or a TCP port on 127.0.0.1. */
export type RedisAddress = string | number;

/** What Redis answers: simple and bulk strings, integers, nil, arrays of these. */
export type RedisReply = string | number | null | RedisReply[];

/** Redis answered with an error; the message is Redis's own (`LOADING Redis is loading …`). */
export class RedisReplyError extends Error {
  override readonly name = 'RedisReplyError';
}

/**
 * Sends one command and resolves with its answer.
 * Rejects with {@link RedisReplyError} when Redis refuses it, with the socket's error when the connection fails,
 * and with an `Error` when there is no whole answer within `timeout` milliseconds (default 2000).
 */
export function redisCommand(
  address: RedisAddress,
  args: readonly string[],
  { timeout = 2000 }: { timeout?: number } = {},
): Promise<RedisReply> {
  return new Promise((resolve, reject) => {
    const socket = open(address);
    let received = Buffer.alloc(0);
    const settle = (done: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      done();
    };
    const fail = (error: Error) => settle(() => reject(error));
    const timer = setTimeout(() => fail(new Error(`no answer from Redis within ${timeout} ms`)), timeout);
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('Redis closed the connection without an answer')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const parsed = parse(received, 0);
      if (!parsed) return;
      if (parsed.value instanceof RedisReplyError) fail(parsed.value);
      else settle(() => resolve(parsed.value as RedisReply));
    });
    socket.write(encode(args));
  });
}

/** What lives at an address: it serves, it is still loading its file, or there is no answer. */
export async function probe(address: RedisAddress): Promise<'ready' | 'loading' | 'silent'> {
  try {
    await redisCommand(address, ['PING']);
    return 'ready';
  } catch (error) {
    if (!(error instanceof RedisReplyError)) return 'silent';
    return error.message.startsWith('LOADING') ? 'loading' : 'ready';
  }
}

/** A connection that says nothing: it closes when the Redis at its other end goes away. */
export function open(address: RedisAddress): Socket {
  return typeof address === 'string' ? connect(address) : connect(address, '127.0.0.1');
}

function encode(args: readonly string[]): string {
  const bulks = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`);
  return `*${args.length}\r\n${bulks.join('')}`;
}

interface Parsed {
  value: RedisReply | RedisReplyError;
  next: number;
}

/** One value that starts at `from`; undefined while it is not there as a whole. */
function parse(buffer: Buffer, from: number): Parsed | undefined {
  const end = buffer.indexOf('\r\n', from);
  if (end < 0) return undefined;
  const type = String.fromCharCode(buffer[from] ?? 0);
  const text = buffer.toString('utf8', from + 1, end);
  const next = end + 2;
  if (type === '+') return { value: text, next };
  if (type === '-') return { value: new RedisReplyError(text), next };
  if (type === ':') return { value: Number(text), next };
  const length = Number(text);
  if (length < 0) return { value: null, next };
  return type === '$' ? parseBulk(buffer, next, length) : parseArray(buffer, next, length);
}

function parseBulk(buffer: Buffer, from: number, length: number): Parsed | undefined {
  const end = from + length;
  if (buffer.length < end + 2) return undefined;
  return { value: buffer.toString('utf8', from, end), next: end + 2 };
}

function parseArray(buffer: Buffer, from: number, length: number): Parsed | undefined {
  const items: RedisReply[] = [];
  let next = from;
  while (items.length < length) {
    const item = parse(buffer, next);
    if (!item) return undefined;
    // An error inside an array (a refused command of a MULTI) is data for the caller.
    items.push(item.value instanceof RedisReplyError ? item.value.message : item.value);
    next = item.next;
  }
  return { value: items, next };
}
