/** `latest: tag` against a plain model of it. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { settlementFrom } from '../job.js';
import { queueKey } from '../names.js';
import { createProducer, type PlannedDelivery, type Producer } from '../producer.js';
import { createQueuePool } from '../queue-pool.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createLatestModel, type LatestModel } from './testing/model.js';
import { move } from './testing/script.js';

interface Real {
  client: RedisClient;
  prefix: string;
  endpoint: string;
  producer: Producer;
  remove(id: string): Promise<void>;
  retry(id: string): Promise<void>;
}

const TAGS = ['1.0', 'latest', ''];

function planned(endpoint: string, tag: string, time: number, ordered: boolean): PlannedDelivery {
  const timestamp = new Date(1_700_000_000_000 + time).toISOString();
  return {
    ...aDelivery(endpoint, randomUUID()),
    view: { action: 'push', repository: 'acme/app', ...(tag && { tag }) },
    payload: { event: { timestamp } },
    latest: true,
    ...(ordered && { order: 'repository' }),
  };
}

/** Where each job is, as Redis has it. */
async function states({ client, prefix, endpoint }: Real, ids: readonly string[]) {
  const key = (part: string): string => queueKey(prefix, endpoint, part);
  const wait = await client.lrange(key('wait'), 0, -1);
  const active = await client.lrange(key('active'), 0, -1);
  const sets = await Promise.all(
    ['delayed', 'failed', 'completed'].map((set) => client.zrange(key(set), '0', '-1')),
  );
  const [delayed = [], failed = [], completed = []] = sets;
  return Promise.all(
    ids.map(async (id) => {
      const places = { waiting: [...wait, ...delayed], active, dead: failed, completed };
      const found = Object.entries(places).flatMap(([name, all]) =>
        all.filter((one) => one === id).map(() => name),
      );
      if (found[0] !== 'completed') return { id, state: found.join() };
      const { settled, by } = settlementFrom(await client.hget(key(id), 'returnvalue'));
      return { id, state: settled ?? 'delivered', ...(by !== undefined && { by }) };
    }),
  );
}

abstract class Step implements fc.AsyncCommand<LatestModel, Real> {
  check = (): boolean => true;
  abstract act(model: LatestModel, real: Real): Promise<void>;
  async run(model: LatestModel, real: Real): Promise<void> {
    await this.act(model, real);
    const expected = model.items.map(({ id, state, by }) => ({ id, state, ...(by !== undefined && { by }) }));
    expect(
      await states(
        real,
        model.items.map(({ id }) => id),
      ),
    ).toEqual(expected);
    const open = new Set(
      model.items
        .filter(({ tag, state }) => tag && ['waiting', 'active', 'dead'].includes(state))
        .map(({ tag }) => tag),
    );
    expect(await real.client.hlen(queueKey(real.prefix, real.endpoint, '~latest'))).toBe(open.size);
  }
  abstract toString(): string;
}

class Add extends Step {
  constructor(
    readonly tag: number,
    readonly time: number,
    readonly ordered: boolean,
  ) {
    super();
  }
  async act(model: LatestModel, { producer, endpoint }: Real): Promise<void> {
    const delivery = planned(endpoint, TAGS[this.tag] ?? '', this.time, this.ordered);
    const [answer] = await producer.enqueue([delivery]);
    const before = model.items.filter(({ state }) => state === 'superseded').map(({ id }) => id);
    model.add(delivery.id, delivery.view.tag ?? '', this.time);
    const now = model.items.filter(({ id, state }) => state === 'superseded' && !before.includes(id));
    const reported = [
      ...(answer?.superseded ?? []).map(({ deliveryId }) => deliveryId),
      ...(answer?.supersededBy ? [delivery.id] : []),
    ];
    expect(reported.sort()).toEqual(now.map(({ id }) => id).sort());
    expect(answer?.duplicate).toBe(false);
  }
  toString = (): string => `add(${this.tag}, ${this.time}, ${this.ordered})`;
}

class Take extends Step {
  constructor(readonly which: number) {
    super();
  }
  async act(model: LatestModel, { client, prefix, endpoint }: Real): Promise<void> {
    const id = model.pick('waiting', this.which);
    if (id === undefined) return;
    await move(client, queueKey(prefix, endpoint, ''), id, 'active');
    model.take(id);
  }
  toString = (): string => `take(${this.which})`;
}

class Settle extends Step {
  constructor(
    readonly which: number,
    readonly to: 'completed' | 'failed' | 'delayed' | 'wait',
  ) {
    super();
  }
  async act(model: LatestModel, { client, prefix, endpoint }: Real): Promise<void> {
    const id = model.pick('active', this.which);
    if (id === undefined) return;
    await move(client, queueKey(prefix, endpoint, ''), id, this.to);
    model.settle(id, this.to);
  }
  toString = (): string => `settle(${this.which}, ${this.to})`;
}

class Operate extends Step {
  constructor(
    readonly what: 'remove' | 'retry',
    readonly which: number,
  ) {
    super();
  }
  async act(model: LatestModel, real: Real): Promise<void> {
    const id = model.pick(this.what === 'retry' ? 'dead' : 'waiting', this.which);
    if (id === undefined) return;
    await real[this.what](id);
    model[this.what](id);
  }
  toString = (): string => `${this.what}(${this.which})`;
}

const which = fc.nat({ max: 5 });
const targets = ['completed', 'failed', 'delayed', 'wait'] as const;
const steps = fc.commands<LatestModel, Real, boolean>(
  [
    fc
      .tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 }), fc.boolean())
      .map(([tag, time, ordered]) => new Add(tag, time, ordered)),
    which.map((n) => new Take(n)),
    fc.tuple(which, fc.constantFrom(...targets)).map(([n, to]) => new Settle(n, to)),
    fc
      .tuple(fc.constantFrom('remove' as const, 'retry' as const), which)
      .map(([what, n]) => new Operate(what, n)),
  ],
  { maxCommands: 50, size: 'max' },
);

test('what waits is superseded as in a plain model', { timeout: 180_000 }, async ({ open, prefix }) => {
  const client = await open('producer');
  const pool = createQueuePool(client, prefix);
  const producer = createProducer(client, prefix);
  const runs = fc.asyncProperty(steps, async (commands) => {
    const endpoint = randomUUID();
    const queue = pool.get(endpoint);
    const real: Real = {
      client,
      prefix,
      endpoint,
      producer,
      remove: async (id) => expect(await queue.remove(id)).toBe(1),
      retry: async (id) => {
        const job = await queue.getJob(id);
        await job?.retry('failed');
      },
    };
    await fc.asyncModelRun(() => ({ model: createLatestModel(), real }), commands);
  });
  await fc.assert(runs, { numRuns: 25 });
});
