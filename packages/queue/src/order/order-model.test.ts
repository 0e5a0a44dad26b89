/** The order of deliveries against a plain model of it: whatever workers, crashes, operators and reloads do. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import { createProducer, type Producer } from '../producer.js';
import { createQueuePool } from '../queue-pool.js';
import { aDelivery } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { OrderModel } from './testing/model.js';
import { type Order, orderScripts } from './testing/script.js';

const REPOSITORIES = ['acme/a', 'acme/b', 'acme/c', undefined];

/** The real thing beside the model. */
interface Real {
  client: RedisClient;
  prefix: string;
  endpoint: string;
  producer: Producer;
  scripts: ReturnType<typeof orderScripts>;
  remove(id: string): Promise<void>;
  retry(id: string): Promise<void>;
}

abstract class Step implements fc.AsyncCommand<OrderModel, Real> {
  check = (): boolean => true;
  abstract act(model: OrderModel, real: Real): Promise<void>;
  async run(model: OrderModel, real: Real): Promise<void> {
    await this.act(model, real);
    const { client, prefix, endpoint } = real;
    const key = (part: string): string => queueKey(prefix, endpoint, part);
    const [wait, parked, active, delayed] = await Promise.all([
      client.llen(key('wait')),
      client.zcard(key('prioritized')),
      client.llen(key('active')),
      client.zcard(key('delayed')),
    ]);
    expect({ waiting: wait + parked, active, delayed }).toEqual(model.counts());
  }
  abstract toString(): string;
}

class Add extends Step {
  constructor(readonly repositories: readonly number[]) {
    super();
  }
  async act(model: OrderModel, { producer, endpoint }: Real): Promise<void> {
    const deliveries = this.repositories.map((n) => {
      const repository = REPOSITORIES[n];
      return { ...aDelivery(endpoint, randomUUID()), view: { action: 'push', repository } };
    });
    for (const delivery of deliveries) {
      await producer.enqueue([delivery]);
      model.add(delivery.id, delivery.view.repository ?? '');
    }
  }
  toString = (): string => `add(${this.repositories})`;
}

class Take extends Step {
  constructor(
    readonly order: Order,
    readonly n: number,
  ) {
    super();
  }
  async act(model: OrderModel, { scripts }: Real): Promise<void> {
    const may = model.takeable(this.order);
    const taken = await scripts.take(this.order, model.now, this.n);
    expect(may).toEqual(expect.arrayContaining(taken));
    expect(taken).toHaveLength(Math.min(this.n, may.length));
    model.take(taken);
  }
  toString = (): string => `take(${this.order}, ${this.n})`;
}

class Settle extends Step {
  constructor(
    readonly which: number,
    readonly to: 'completed' | 'failed' | 'delayed' | 'wait',
    readonly delay: number,
  ) {
    super();
  }
  async act(model: OrderModel, { scripts }: Real): Promise<void> {
    const id = model.pick('active', this.which);
    if (id === undefined) return;
    await scripts.settle(model.inForce, model.now, id, this.to, model.now + this.delay);
    model.settle(id, this.to, this.delay);
  }
  toString = (): string => `settle(${this.which}, ${this.to}, ${this.delay})`;
}

class Crash extends Step {
  constructor(readonly seed: number) {
    super();
  }
  async act(model: OrderModel, { scripts }: Real): Promise<void> {
    const ids = model.all('active');
    if (this.seed % 2 === 1) ids.reverse();
    if (ids.length === 0) return;
    await scripts.stall(model.inForce, ids);
    for (const id of ids) model.settle(id, 'wait', 0);
  }
  toString = (): string => `crash(${this.seed})`;
}

class Operate extends Step {
  constructor(
    readonly what: 'remove' | 'retry',
    readonly state: 'waiting' | 'delayed',
    readonly which: number,
  ) {
    super();
  }
  async act(model: OrderModel, real: Real): Promise<void> {
    const id = model.pick(this.what === 'retry' ? 'dead' : this.state, this.which);
    if (id === undefined) return;
    await real[this.what](id);
    if (this.what === 'retry') model.retry(id);
    else model.remove(id);
  }
  toString = (): string => `${this.what}(${this.state}, ${this.which})`;
}

class Pass extends Step {
  constructor(readonly ms: number) {
    super();
  }
  async act(model: OrderModel): Promise<void> {
    model.now += this.ms;
  }
  toString = (): string => `pass(${this.ms})`;
}

const which = fc.nat({ max: 7 });

/** @param orders that the workers' configuration has, as it is reloaded */
const steps = (...orders: Order[]) =>
  fc.commands<OrderModel, Real, boolean>(
    [
      fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 }).map((all) => new Add(all)),
      fc
        .tuple(fc.constantFrom(...orders), fc.constantFrom(1, 2, 1_000))
        .map(([order, n]) => new Take(order, n)),
      fc
        .tuple(
          which,
          fc.constantFrom(
            'completed' as const,
            'completed' as const,
            'failed' as const,
            'delayed' as const,
            'wait' as const,
          ),
          fc.constantFrom(0, 10, 100),
        )
        .map(([n, to, delay]) => new Settle(n, to, delay)),
      fc.nat({ max: 1 }).map((seed) => new Crash(seed)),
      fc
        .tuple(
          fc.constantFrom('remove' as const, 'retry' as const),
          fc.constantFrom('waiting' as const, 'delayed' as const),
          which,
        )
        .map(([what, state, n]) => new Operate(what, state, n)),
      fc.constantFrom(1, 10, 100).map((ms) => new Pass(ms)),
    ],
    { maxCommands: 60, size: 'max' },
  );

test.for<[string, Order[]]>([
  ['by repository', ['repository']],
  ['for the whole endpoint', ['endpoint']],
  ['switched by reloads', ['none', 'repository', 'endpoint']],
  ['switched on and off', ['none', 'repository', 'repository']],
])('order %s is that of a plain model', { timeout: 180_000 }, async ([, orders], { open, prefix }) => {
  const client = await open('producer');
  const pool = createQueuePool(client, prefix);
  const producer = createProducer(client, prefix);
  const runs = fc.asyncProperty(steps(...orders), async (commands) => {
    const endpoint = randomUUID();
    const queue = pool.get(endpoint);
    const setup = () => ({
      model: new OrderModel(),
      real: {
        client,
        prefix,
        endpoint,
        producer,
        scripts: orderScripts(client, prefix, endpoint),
        remove: async (id: string) => expect(await queue.remove(id)).toBe(1),
        retry: async (id: string) => {
          const job = await queue.getJob(id);
          await job?.retry('failed', { resetAttemptsMade: true });
        },
      },
    });
    await fc.asyncModelRun(setup, commands);
  });
  await fc.assert(runs, { numRuns: 25 });
});
