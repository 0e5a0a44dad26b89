/** What the tests of an operator's commands share: running one, and many deliveries that are dead already. */
import { randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, EVENTS_V2 } from '@longshore/event';
import { connect, type RedisClient } from '@longshore/queue';
import { createTakeLoop } from '@longshore/queue/consumer';
import { createInspector, type Inspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import { eventually, redisUrl } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import { runHere } from './relay.js';

/** What a command printed, and its exit code. */
export interface Result {
  code?: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, within this process. */
export async function command(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Result> {
  const running = runHere(args, env);
  const { code } = await running.exited;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

/** The JSON objects that a command printed. */
// biome-ignore lint/suspicious/noExplicitAny: the tests say what is in it
export const jsonLines = ({ stdout }: Pick<Result, 'stdout'>): any[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** A client on the shared Redis, and the inspector of a relay's queues there. */
export async function looking(prefix: string): Promise<{ client: RedisClient; inspector: Inspector }> {
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  const inspector = createInspector(client, prefix);
  onTestFinished(async () => {
    await inspector.close();
    client.disconnect();
  });
  return { client, inspector };
}

/** Deliveries whose only attempt was the last; made by ingest's own way in and a worker. */
export async function bury(prefix: string, endpoint: string, count: number): Promise<Delivery[]> {
  const { client, inspector } = await looking(prefix);
  const producer = createProducer(client, prefix);
  const deliveries = Array.from({ length: count }, () => aDelivery(endpoint));
  await inspector.remember([endpoint]);
  await producer.enqueue(deliveries);
  await producer.close();
  const consuming = connect({ url: redisUrl() }, 'consumer', () => {});
  const outcome = { kind: 'dead' as const, reason: 'http_500' as const, status: 500, detail: 'it failed' };
  const loop = createTakeLoop({ client: consuming, prefix, onError: () => {}, onStuck: () => {} });
  const consumer = loop.serve({
    endpoint,
    take: { concurrency: 100, order: 'none', maxBackoffMs: 1_000 },
    delivered: { age: 86_400_000, count: 100_000 },
    handle: async () => ({ settle: 'dead', outcome }),
    unreadable: () => ({ settle: 'dead', outcome }),
    onError: () => {},
    onStalled: () => {},
  });
  await eventually(
    () => inspector.counts(endpoint),
    ({ dead }) => dead === count,
    { timeout: 120_000, every: 100, what: `${count} dead deliveries` },
  );
  await consumer.close(5_000);
  loop.close();
  consuming.disconnect();
  return deliveries;
}

function aDelivery(endpoint: string): Delivery {
  const id = randomUUID();
  const target = { repository: 'acme/app', tag: '1.0' };
  const taken = {
    event: { id, class: 'event' as const, action: 'push', nativeType: 'push', target },
    payload: { event: { id, action: 'push', target } },
    contentType: EVENTS_V2,
    source: 'distribution',
    kind: 'distribution',
    receivedAt: Date.now(),
  };
  return deliveryOf(taken, endpoint);
}
