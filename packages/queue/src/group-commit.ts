/**
 * Lets what is written to Redis wait for the answer to what was written before, so that one system call carries
 * all that has come meanwhile. Registries open a connection for each request: under load their requests dribble
 * in one by one, and a write for each is a large part of what it costs. A request alone does not wait.
 */
import type { Writable } from 'node:stream';
import { masters, type RedisClient } from './connection.js';

/**
 * Milliseconds. What is sent again (a script that Redis has forgotten) would wait for its own answer otherwise.
 */
const LONGEST = 5;

interface Ticket {
  written: boolean;
}

interface Group {
  corked: Set<Writable>;
  waiting: Set<Ticket>;
  /** Written and not answered. */
  sent: number;
  timer?: NodeJS.Timeout;
}

const groups = new WeakMap<RedisClient, Group>();

/** Runs `send`, and holds back what it and others write to `client` until Redis has answered what was sent. */
export async function groupCommit<T>(
  client: RedisClient,
  send: () => Promise<T>,
  longest = LONGEST,
): Promise<T> {
  const group = groupOf(client);
  const ticket = { written: false };
  hold(client, group);
  if (group.waiting.size === 0) {
    if (group.sent === 0) setImmediate(() => release(group));
    else group.timer = setTimeout(() => release(group), longest);
  }
  group.waiting.add(ticket);
  try {
    return await send();
  } finally {
    if (ticket.written) group.sent--;
    else group.waiting.delete(ticket);
    if (group.sent === 0) release(group);
  }
}

function groupOf(client: RedisClient): Group {
  const group = groups.get(client) ?? { corked: new Set(), waiting: new Set(), sent: 0 };
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
  for (const ticket of group.waiting) ticket.written = true;
  group.sent += group.waiting.size;
  group.waiting.clear();
  for (const stream of group.corked) stream.uncork();
  group.corked.clear();
}
