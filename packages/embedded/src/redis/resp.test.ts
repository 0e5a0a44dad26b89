import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../testing/processes.js';
import { start } from '../testing/redis.js';
import { probe, redisCommand } from './resp.js';

test('every kind of answer of a real Redis is understood', async () => {
  const { socket } = await start(await temporaryFolder());
  expect(await redisCommand(socket, ['SET', 'k', 'naïve\r\nvalue'])).toBe('OK');
  expect(await redisCommand(socket, ['GET', 'k'])).toBe('naïve\r\nvalue');
  expect(await redisCommand(socket, ['GET', 'none'])).toBeNull();
  expect(await redisCommand(socket, ['INCR', 'n'])).toBe(1);
  const nested = ['EVAL', "return {1, {'a', false}, redis.error_reply('no')}", '0'];
  expect(await redisCommand(socket, nested)).toEqual([1, ['a', null], expect.stringContaining('no')]);
  await expect(redisCommand(socket, ['GET'])).rejects.toThrow("ERR wrong number of arguments for 'get'");
});

test('an answer that arrives byte by byte is put together', async () => {
  const address = await answering('*2\r\n$3\r\nabc\r\n:7\r\n');
  expect(await redisCommand(address, ['X'])).toEqual(['abc', 7]);
});

test('a peer that stays silent, hangs up or is absent is an error', async () => {
  await expect(redisCommand(await answering(''), ['X'], { timeout: 50 })).rejects.toThrow('within 50 ms');
  await expect(redisCommand(await answering('$5\r\nab', true), ['X'])).rejects.toThrow('without an answer');
  await expect(redisCommand('/nowhere/redis.sock', ['X'])).rejects.toThrow('ENOENT');
});

test('loading counts as loading, any other answer as ready', async () => {
  expect(await probe(await answering('-LOADING Redis is loading the dataset in memory\r\n'))).toBe('loading');
  expect(await probe(await answering('-BUSY a script runs\r\n'))).toBe('ready');
  expect(await probe(await answering('+PONG\r\n'))).toBe('ready');
  expect(await probe('/nowhere/redis.sock')).toBe('silent');
});

/** A server on a unix socket that answers anything with `text`, one byte at a time, and may then hang up. */
async function answering(text: string, hangUp = false): Promise<string> {
  const path = join(await temporaryFolder(), 's');
  const server = createServer((socket) => {
    socket.setNoDelay(true).once('data', () => {
      for (const byte of text) socket.write(byte);
      if (hangUp) socket.end();
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  return path;
}
