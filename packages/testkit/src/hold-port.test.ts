import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startReceiver } from './receiver.js';
import { startRedis } from './redis.js';

/** States of the sockets of 127.0.0.1 whose own port this is: one that is in use is given to nobody else. */
async function socketsAt(port: number): Promise<string[]> {
  const states: Record<string, string> = { '01': 'in use', '0A': 'listens' };
  const own = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/ +/));
  return lines.flatMap(([, local, , state = '']) => (local === own ? (states[state] ?? []) : []));
}

test('the port of a receiver that is down is kept for it', async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  await receiver.stop();
  expect(await socketsAt(receiver.port)).toEqual(['in use']);
  await receiver.start();
  expect(await socketsAt(receiver.port)).toEqual(['listens']);
  await receiver.stop();
  await receiver.close();
  expect(await socketsAt(receiver.port)).toEqual([]);
});

test('the port of a Redis that was killed is kept for it', async () => {
  const redis = await startRedis();
  await redis.kill();
  expect(await socketsAt(redis.port)).toEqual(['in use']);
  await redis.restart();
  expect(await socketsAt(redis.port)).toContain('listens');
  await redis.kill();
  await redis.stop();
  expect(await socketsAt(redis.port)).toEqual([]);
});
