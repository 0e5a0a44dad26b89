/**
 * The port's memory within one process: for a command that runs without a Redis. Nothing outlives the process, and
 * other processes do not know of it.
 */
import { randomUUID } from 'node:crypto';
import type { PreheatRun } from '@longshore/event';
import type { Claim, Lease, PreheatMemory } from './memory.js';

interface Plan {
  leader?: { delivery: string; until: number; token: string };
  run?: { id: string; startedAt: number };
  walk?: string;
  parts: Map<string, string>;
  waiting: Set<string>;
}

/** Milliseconds between two looks of one who waits. */
const POLL_INTERVAL_MS = 250;

/** @param onRun hears each run once */
export function createLocalMemory(onRun: (run: PreheatRun) => void | Promise<void>): PreheatMemory {
  const plans = new Map<string, Plan>();
  const verdicts = new Map<string, string>();
  const warm = new Map<string, number>();
  const busy = new Map<string, string>();
  const slots = new Map<string, Set<string>>();
  const pauses = new Map<string, number>();
  const digests = new Map<string, string>();
  const notes = new Map<string, string>();

  const leaseOf = (plan: Plan, run: { id: string; startedAt: number }, token: string): Lease => {
    const mine = (): boolean => plan.leader?.token === token;
    const slot = (target: string) => slots.get(target) ?? new Set<string>();
    return {
      run,
      lost: new AbortController().signal,
      walk: async () => plan.walk,
      async keepWalk(walk) {
        plan.walk = walk;
      },
      parts: async () => new Map(plan.parts),
      async claim(target, part, limit): Promise<Claim> {
        const key = `${target}\n${part}`;
        if ((warm.get(key) ?? 0) > Date.now()) return 'warm';
        if ((busy.get(key) ?? run.id) !== run.id) return 'busy';
        const taken = slot(target);
        const name = `${run.id}\n${part}`;
        if (!taken.has(name) && taken.size >= limit) return 'full';
        busy.set(key, run.id);
        slots.set(target, taken.add(name));
        return 'taken';
      },
      async finish(target, part, { state, warmFor, busyFor }) {
        const key = `${target}\n${part}`;
        if (!busyFor) busy.delete(key);
        slot(target).delete(`${run.id}\n${part}`);
        if (warmFor) warm.set(key, Date.now() + warmFor);
        if (state !== undefined) plan.parts.set(`${target}\n${part}`, state);
      },
      async keepState(target, part, state) {
        plan.parts.set(`${target}\n${part}`, state);
      },
      async rest(ms) {
        if (mine() && plan.leader) plan.leader.until = Date.now() + ms;
      },
      async settle(verdict, complete) {
        if (!mine()) return;
        for (const delivery of plan.waiting) verdicts.set(delivery, verdict);
        plan.waiting.clear();
        plan.leader = undefined;
        plan.run = undefined;
        if (complete) plan.parts.clear();
      },
      async drop() {
        if (mine()) plan.leader = undefined;
      },
    };
  };

  return {
    async lead(name, delivery) {
      const verdict = verdicts.get(delivery);
      verdicts.delete(delivery);
      if (verdict !== undefined) return { turn: 'ended', verdict };
      const plan: Plan = plans.get(name) ?? { parts: new Map(), waiting: new Set() };
      plans.set(name, plan);
      const { leader } = plan;
      if (leader && leader.delivery !== delivery && leader.until > Date.now()) {
        plan.waiting.add(delivery);
        return { turn: 'wait', until: Date.now() + POLL_INTERVAL_MS };
      }
      const token = randomUUID();
      plan.run ??= { id: randomUUID(), startedAt: Date.now() };
      plan.leader = { delivery, until: Number.POSITIVE_INFINITY, token };
      plan.waiting.delete(delivery);
      return { turn: 'lead', lease: leaseOf(plan, plan.run, token) };
    },
    async pause(registry, until) {
      pauses.set(registry, Math.max(until, pauses.get(registry) ?? 0));
    },
    pausedUntil: async (registry) => pauses.get(registry) ?? 0,
    digest: async (delivery) => digests.get(delivery),
    async keepDigest(delivery, digest) {
      if (digest === undefined) digests.delete(delivery);
      else digests.set(delivery, digest);
    },
    async known(name) {
      const { walk, parts = new Map() } = plans.get(name) ?? {};
      return { ...(walk !== undefined && { walk }), parts: new Map(parts) };
    },
    isWarm: async (target, part) => (warm.get(`${target}\n${part}`) ?? 0) > Date.now(),
    noted: async (name) => notes.get(name),
    note: async (name, value) => void notes.set(name, value),
    keepRun: async (run) => onRun(run),
  };
}
