/**
 * Lets what is written to Redis wait for the answer to what was written before, so that one system call carries
 * all that has come meanwhile. Registries open a connection for each request: under load their requests dribble
 * in one by one, and a write for each is a large part of what it costs, here and in Redis.
 *
 * A request alone does not wait. In a process that is busy with several at once, a write leaves every millisecond.
 */
import type { Writable } from 'node:stream';
import { createBusy } from './busy.js';
import { masters, type RedisClient } from './connection.js';

/** Milliseconds; for tests, all of it. */
export interface GroupCommitOptions {
  /** What is sent again (a script that Redis has forgotten) would wait for its own answer otherwise. */
  longest?: number;
  /** Between two writes while the process is busy. */
  pace?: number;
  isBusy?: () => boolean;
  /** For so long after two were there at once more are expected to be. */
  recent?: number;
}

interface Ticket {
  written: boolean;
}

interface Group {
  corked: Set<Writable>;
  waiting: Set<Ticket>;
  /** To be called before what waits leaves. */
  flushes: (() => void)[];
  /** Written and not answered. */
  sent: number;
  /** When two were there at once, by the clock of `performance`. */
  shared: number;
  /** What waits leaves by the timer alone. */
  paced: boolean;
  timer?: NodeJS.Timeout;
}

const groups = new WeakMap<RedisClient, Group>();
const processIsBusy = createBusy();

/** Runs `send`, and holds back what it and others write to `client` until Redis has answered what was sent. */
export async function groupCommit<T>(
  client: RedisClient,
  send: () => Promise<T>,
  options: GroupCommitOptions = {},
): Promise<T> {
  const group = groupOf(client);
  const ticket = { written: false };
  hold(client, group);
  const now = performance.now();
  if (group.sent + group.waiting.size > 0) group.shared = now;
  if (group.waiting.size === 0) schedule(group, now, options);
  group.waiting.add(ticket);
  try {
    return await send();
  } finally {
    if (ticket.written) group.sent--;
    else group.waiting.delete(ticket);
    if (group.sent === 0 && !group.paced) release(group);
  }
}

/** Calls `flush` once, when the next write leaves: what it sends travels with it. In this turn when none waits. */
export function beforeRelease(client: RedisClient, flush: () => void): void {
  const group = groupOf(client);
  if (group.waiting.size > 0) group.flushes.push(flush);
  else setImmediate(flush);
}

function schedule(
  group: Group,
  now: number,
  { longest = 5, pace = 1, isBusy = processIsBusy, recent = 20 }: GroupCommitOptions,
): void {
  group.paced = isBusy() && now - group.shared < recent;
  if (group.paced || group.sent > 0) {
    group.timer = setTimeout(() => release(group), group.paced ? pace : longest);
  } else {
    setImmediate(() => release(group));
  }
}

function groupOf(client: RedisClient): Group {
  const known = groups.get(client);
  if (known) return known;
  const group: Group = {
    corked: new Set(),
    waiting: new Set(),
    flushes: [],
    sent: 0,
    shared: Number.NEGATIVE_INFINITY,
    paced: false,
  };
  groups.set(client, group);
  return group;
}

function hold(client: RedisClient, { corked }: Group): void {
  for (const { stream } of masters(client)) {
    if (!stream || corked.has(stream)) continue;
    stream.cork();
    corked.add(stream);
  }
}

function release(group: Group): void {
  clearTimeout(group.timer);
  for (const flush of group.flushes.splice(0)) flush();
  for (const ticket of group.waiting) ticket.written = true;
  group.sent += group.waiting.size;
  group.waiting.clear();
  for (const stream of group.corked) stream.uncork();
  group.corked.clear();
}
