/**
 * The lead over one image, kept up by a timer until it is given back. Every write is fenced by its token; the
 * first one that is refused, or a Redis that is away for as long as the lead lasts, aborts `lost`.
 */
import { ignore } from '@longshore/event';
import { hashed, LEASE_MS, type PreheatMemoryOptions } from './keys.js';
import { CLAIM, FINISH, KEEP_STATE, KEEP_WALK, RENEW, REST, SETTLE } from './scripts.js';

/** As `Lease` of the sinks has it. */
export interface PreheatLease {
  readonly run: { id: string; startedAt: number };
  readonly lost: AbortSignal;
  walk(): Promise<string | undefined>;
  keepWalk(walk: string): Promise<void>;
  parts(): Promise<Map<string, string>>;
  claim(target: string, part: string, limit: number): Promise<'taken' | 'warm' | 'busy' | 'full'>;
  finish(
    target: string,
    part: string,
    how: { state?: string; warmFor?: number; busyFor?: number },
  ): Promise<void>;
  keepState(target: string, part: string, state: string): Promise<void>;
  rest(ms: number): Promise<void>;
  settle(verdict: string, complete: boolean): Promise<void>;
  drop(): Promise<void>;
}

interface LeaseOptions extends PreheatMemoryOptions {
  key(...parts: string[]): string;
  plan: string;
  token: string;
  run: { id: string; startedAt: number };
  onSettled(waiting: string[]): Promise<void>;
}

/** In the length of a lease. */
const RENEWALS = 3;
/** A delivery that does not read the verdict within this leads the image itself, and finds it warm. */
const VERDICT_KEPT_MS = 24 * 3_600_000;

/** Of a lead that was just taken under `token`. */
export function createLease(options: LeaseOptions): PreheatLease {
  const { client, key, plan, token, run, keep, window, lease = LEASE_MS } = options;
  const lost = new AbortController();
  /** What is claimed now: member to its keys. */
  const held = new Map<string, [slots: string, busy: string]>();
  const [planKey, walkKey, partsKey] = [key('plan', plan), key('walk', plan), key('parts', plan)];

  const stop = keepUp(lost, lease, () => {
    const keys = [planKey, ...[...held.values()].flat()];
    return client.eval(RENEW, keys.length, ...keys, token, lease, ...held.keys());
  });

  /** Runs a fenced script. @returns undefined when the lead is lost */
  const fenced = async (script: string, keys: string[], args: (string | number)[]): Promise<unknown> => {
    const answer = await client.eval(script, keys.length, ...keys, ...args);
    if (answer !== 0) return answer;
    stop();
    lost.abort();
    return undefined;
  };
  const names = (target: string, part: string) => {
    const [warm, busy] = [key('warm', target, hashed(part)), key('busy', target, hashed(part))];
    const slots = key('slots', target);
    return { slots, busy, member: `${token}:${hashed(part)}`, claimed: [warm, busy, slots] };
  };

  return {
    run,
    lost: lost.signal,
    walk: async () => (await client.get(walkKey)) ?? undefined,
    async keepWalk(walk) {
      await fenced(KEEP_WALK, [planKey, walkKey], [token, walk, Math.ceil(keep())]);
    },
    parts: async () => new Map(Object.entries(await client.hgetall(partsKey))),
    async claim(target, part, limit) {
      const { slots, busy, member, claimed } = names(target, part);
      const args = [token, run.id, limit, lease, member];
      const answer = await fenced(CLAIM, [planKey, ...claimed], args);
      if (answer === 'taken') held.set(member, [slots, busy]);
      return answer === 'taken' || answer === 'warm' || answer === 'full' ? answer : 'busy';
    },
    async finish(target, part, { state = '', warmFor = 0, busyFor = 0 }) {
      const { member, claimed } = names(target, part);
      held.delete(member);
      const times = [Math.ceil(warmFor), Math.ceil(busyFor)];
      const args = [token, run.id, member, ...times, `${target}\n${part}`, state, Math.ceil(keep())];
      await fenced(FINISH, [planKey, ...claimed, partsKey], args);
    },
    async keepState(target, part, state) {
      await fenced(KEEP_STATE, [planKey, partsKey], [token, `${target}\n${part}`, state, Math.ceil(keep())]);
    },
    async rest(ms) {
      stop();
      await fenced(REST, [planKey], [token, Math.ceil(ms)]);
    },
    async settle(verdict, complete) {
      stop();
      const keys = [planKey, key('waiting', plan), partsKey, walkKey];
      // english: allow told, the name of a stored key
      const verdictKeys = key('told', '');
      const args = [token, verdict, complete ? '1' : '0', verdictKeys, VERDICT_KEPT_MS, Math.ceil(window())];
      const waiting = await fenced(SETTLE, keys, args);
      if (Array.isArray(waiting)) await options.onSettled(waiting.map(String));
    },
    async drop() {
      stop();
      await fenced(REST, [planKey], [token, 0]);
    },
  };
}

/** Renews until it is ended or lost. @returns what ends it */
function keepUp(lost: AbortController, lease: number, renew: () => Promise<unknown>): () => void {
  let kept = Date.now();
  let asking = false;
  const timer = setInterval(() => {
    if (Date.now() - kept >= lease) lost.abort();
    if (lost.signal.aborted) return clearInterval(timer);
    if (asking) return;
    asking = true;
    const began = Date.now();
    renew()
      .then((answer) => {
        if (answer === 0) lost.abort();
        else kept = began;
      })
      .catch(ignore('queue.lease')) // asked again at the next turn, until the lease is lost
      .finally(() => {
        asking = false;
      });
  }, lease / RENEWALS).unref();
  return () => clearInterval(timer);
}
