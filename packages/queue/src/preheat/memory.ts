/**
 * What preheating remembers between calls, crashes and processes, in Redis: who leads an image, what is known of
 * each of its parts, what is warm, how many calls a target has now, when a registry wants to be left alone.
 *
 * Commands wait for a Redis that is away (the consumer's connection). A leader that cannot keep its lead up for
 * the length of it counts as lost, so that it stops before another one begins.
 */
import { randomUUID } from 'node:crypto';
import { ignore } from '@longshore/event';
import { z } from 'zod';
import { hashed, keysOf, LEASE_MS, type PreheatMemoryOptions } from './keys.js';
import { createLease, type PreheatLease } from './lease.js';
import { LEAD, PAUSE } from './scripts.js';
import { wake } from './wake.js';

/** As `PreheatMemory` of the sinks has it, less the runs. */
export interface PreheatStore {
  lead(
    plan: string,
    deliveryId: string,
  ): Promise<
    | { turn: 'lead'; lease: PreheatLease }
    | { turn: 'wait'; until: number }
    | { turn: 'ended'; verdict: string }
  >;
  pause(registry: string, until: number): Promise<void>;
  pausedUntil(registry: string): Promise<number>;
  digest(deliveryId: string): Promise<string | undefined>;
  keepDigest(deliveryId: string, digest: string | undefined): Promise<void>;
  known(plan: string): Promise<{ walk?: string; parts: Map<string, string> }>;
  isWarm(target: string, part: string): Promise<boolean>;
  noted(name: string): Promise<string | undefined>;
  note(name: string, value: string, ms: number): Promise<void>;
}

/** One who waits is woken at the end; this is for when no process is left to wake it. */
const LOOK_INTERVAL_MS = 15_000;

/** Milliseconds for which the meaning of a tag is kept for a delivery that waits; then it is looked up again. */
const DIGEST_KEPT_MS = 3_600_000;

/** The memory of one endpoint. */
export function createPreheatStore(options: PreheatMemoryOptions): PreheatStore {
  const { client, keep, lease = LEASE_MS } = options;
  const key = keysOf(options);
  return {
    async lead(plan, deliveryId) {
      const token = randomUUID();
      const id = hashed(plan);
      // english: allow told, the name of a stored key
      const keys = [key('plan', id), key('waiting', id), key('told', deliveryId)];
      const args = [deliveryId, token, lease, randomUUID(), Math.ceil(keep())];
      const answer = await client.eval(LEAD, keys.length, ...keys, ...args);
      const [turn, first, second] = z.array(z.string()).parse(answer);
      if (turn === 'ended') return { turn, verdict: first ?? '' };
      if (turn === 'wait') return { turn, until: Math.min(Number(first), Date.now() + LOOK_INTERVAL_MS) };
      const run = { id: first ?? '', startedAt: Number(second) };
      // Who is not woken looks by itself.
      const onSettled = (waiting: string[]) => wake(options, waiting).catch(ignore('queue.wake'));
      return { turn: 'lead', lease: createLease({ ...options, key, plan: id, token, run, onSettled }) };
    },
    async pause(registry, until) {
      const ms = Math.ceil(until - Date.now());
      if (ms > 0) await client.eval(PAUSE, 1, key('pause', hashed(registry)), Math.ceil(until), ms);
    },
    pausedUntil: async (registry) => Number((await client.get(key('pause', hashed(registry)))) ?? 0),
    digest: async (deliveryId) => (await client.get(key('digest', deliveryId))) ?? undefined,
    async keepDigest(deliveryId, digest) {
      const kept = key('digest', deliveryId);
      if (digest === undefined) await client.del(kept);
      else await client.set(kept, digest, 'PX', DIGEST_KEPT_MS);
    },
    async known(plan) {
      const id = hashed(plan);
      const [walk, parts] = await Promise.all([
        client.get(key('walk', id)),
        client.hgetall(key('parts', id)),
      ]);
      return { ...(walk !== null && { walk }), parts: new Map(Object.entries(parts)) };
    },
    noted: async (name) => (await client.get(key('note', hashed(name)))) ?? undefined,
    async note(name, value, ms) {
      await client.set(key('note', hashed(name)), value, 'PX', Math.ceil(ms));
    },
    isWarm: async (target, part) => (await client.exists(key('warm', target, hashed(part)))) === 1,
  };
}
