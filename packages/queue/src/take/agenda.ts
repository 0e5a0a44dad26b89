/**
 * Which endpoints somebody should look at, and when: one sorted set for all of them, by the clock of Redis. An endpoint
 * with nothing waiting, delayed or active is not in it and costs nothing.
 *
 * Every script that lets something be taken writes the agenda in the same step. In a Redis Cluster it is in another
 * slot, and the caller writes it in a second command, which a crash can lose: the leader's sweep finds that, and what
 * workers and boards of other versions leave without an entry.
 */
import { z } from 'zod';
import { BODY_LUA } from '../body/body-lua.js';
import { SCORE_PER_MS } from '../bull-script.js';
import { isCluster, type RedisClient } from '../connection.js';
import { holdsAny, UNSETTLED } from '../holding.js';
import { LATEST_LUA } from '../latest/latest-lua.js';
import { endpointsKey, queueKey, storeKey } from '../names.js';
import { LANES_LUA } from '../order/lanes-lua.js';
import { runScript, script } from '../script.js';
import { AGENDA_LUA } from './agenda-lua.js';
import { ENDPOINT_LUA } from './endpoint-lua.js';

/** The agenda; its last part is known to {@link AGENDA_LUA}. */
export const agendaKey = (prefix: string): string => storeKey(prefix, 'agenda', 'endpoints');

/** The channel on which an endpoint is named that has something to take all at once. */
export const wakeChannel = (prefix: string): string => storeKey(prefix, 'agenda', 'wake');

/**
 * KEYS the agenda
 * Returns milliseconds until the next entry that is not due yet, or -1; then the endpoints that are due.
 */
const DUE = script(`
${ENDPOINT_LUA}
local now = nowMs()
local next = redis.call('ZRANGE', KEYS[1], '(' .. string.format('%.0f', now), '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
local due = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE')
return { next[2] and math.ceil(next[2] - now) or -1, due }
`);

const dueSchema = z.tuple([z.number(), z.array(z.string())]);

/** What the agenda says now. */
export interface Due {
  endpoints: string[];
  /** Until the next entry is due; undefined: there is none. */
  nextMs: number | undefined;
}

/** One command. Rejects with Redis' error. */
export async function dueEndpoints(client: RedisClient, prefix: string): Promise<Due> {
  const [nextMs, endpoints] = dueSchema.parse(await runScript(client, DUE, [agendaKey(prefix)], []));
  return { endpoints, nextMs: nextMs < 0 ? undefined : nextMs };
}

/**
 * An entry that is due already changes too: a look that began before must not remove it.
 *
 * KEYS the agenda; ARGV endpoint, milliseconds from now, `wake` or empty
 */
const LOWER = script(`
${AGENDA_LUA}
-- Redis lets a script finish that has removed something before memory ran out: a full one is drained.
redis.call('DEL', KEYS[1] .. ':none')
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local at, seen = now + ARGV[2], tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
if not seen or seen > at then redis.call('ZADD', KEYS[1], string.format('%.3f', at), ARGV[1])
elseif seen <= now then redis.call('ZADD', KEYS[1], string.format('%.3f', now), ARGV[1]) end
if ARGV[3] == 'wake' then agendaWake(ARGV[1]) end
return 1
`);

/**
 * Has the endpoint looked at within `ms`: 0 wakes idle workers at once.
 * Rejects with Redis' error; the sweep makes up for it.
 */
export async function lowerAgenda(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  ms = 0,
): Promise<void> {
  await runScript(client, LOWER, [agendaKey(prefix)], [endpoint, ms, ms === 0 ? 'wake' : '']);
}

/**
 * What a look in a Cluster found, unless the entry was changed since it was read: an add that came meanwhile counts.
 *
 * KEYS the agenda; ARGV endpoint, the score that was read (empty: none), milliseconds from now or -1
 */
const MOVE = script(`
${ENDPOINT_LUA}
redis.call('DEL', KEYS[1] .. ':none') -- as above
if (redis.call('ZSCORE', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if tonumber(ARGV[3]) < 0 then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return redis.call('ZADD', KEYS[1], string.format('%.0f', nowMs() + ARGV[3]), ARGV[1])
`);

/** KEYS the agenda; ARGV endpoint. Its score as the scripts write it, or empty. */
const READ = script(`return redis.call('ZSCORE', KEYS[1], ARGV[1]) or ''`);

/** The entry of an endpoint as it is before a look in a Cluster, to be handed to {@link moveEntry}. */
export const readEntry = async (client: RedisClient, prefix: string, endpoint: string): Promise<string> =>
  z.string().parse(await runScript(client, READ, [agendaKey(prefix)], [endpoint]));

/** KEYS the agenda. Returns endpoints and scores in turns. */
const ENTRIES = script(`return redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')`);

/** @param nextMs undefined: there is nothing to look for */
export async function moveEntry(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  seen: string,
  nextMs: number | undefined,
): Promise<void> {
  await runScript(client, MOVE, [agendaKey(prefix)], [endpoint, seen, nextMs ?? -1]);
}

/**
 * What an endpoint needs: milliseconds until a look, or -1.
 * KEYS the list of waiting ones; ARGV first part of the endpoint's keys
 */
const NEED = script(`
${ENDPOINT_LUA}
${BODY_LUA}
${LANES_LUA}
${LATEST_LUA}
local E, now = endpointOf(ARGV[1], ''), nowMs()
redis.call('DEL', E.ours('none')) -- as above
-- What was taken away without the scripts that let the next one go.
laneSweep(E)
latestSweep(E)
-- A hold has looks of its own, which the look itself knows best.
if redis.call('HEXISTS', E.ours('hold'), 'state') == 1 then return 15000 end
local isPaused = redis.call('HEXISTS', E.meta, 'paused') == 1
if not isPaused and (redis.call('LLEN', E.wait) > 0 or redis.call('ZCARD', E.prioritized) > 0) then return 0 end
local first = not isPaused and redis.call('ZRANGE', E.delayed, 0, 0, 'WITHSCORES')[2]
local delay = first and math.max(0, math.floor(first / ${SCORE_PER_MS}) - now)
if redis.call('LLEN', E.active) > 0 then return math.min(delay or 5000, 5000) end
return delay or -1
`);

/** Endpoints that are asked for at once; where none of them has anything, one command does. */
const PAGE = 50;
/**
 * Where deliveries are that somebody has to look for. A hold may have to be looked at without any, and what is known of
 * dead ones ends with them.
 */
const HOLDING = [...UNSETTLED, '~hold', '~latest'];

/** For the leader. */
export interface Agenda {
  /**
   * Looks at every endpoint that has a queue or an entry, and has those looked at that need it. Two at once do no harm.
   * Rejects with Redis' error.
   */
  sweep(): Promise<void>;
}

/** Shares the client, which is the caller’s to close. */
export const createAgenda = (client: RedisClient, prefix: string): Agenda => ({
  sweep: () => sweep(client, prefix),
});

async function sweep(client: RedisClient, prefix: string): Promise<void> {
  const [known, entries] = await Promise.all([
    client.smembers(endpointsKey(prefix)),
    runScript(client, ENTRIES, [agendaKey(prefix)], []).then((flat) => z.array(z.string()).parse(flat)),
  ]);
  const scores = new Map(known.map((endpoint) => [endpoint, '']));
  for (let at = 0; at < entries.length; at += 2) scores.set(entries[at] ?? '', entries[at + 1] ?? '');
  const all = [...scores];
  /** What is wrong with one endpoint keeps none of the others waiting. */
  const refused: unknown[] = [];
  for (let at = 0; at < all.length; at += PAGE) {
    const page = all.slice(at, at + PAGE);
    const isIdle = page.every(([, seen]) => seen === '') && !isCluster(client);
    const names = page.map(([endpoint]) => endpoint);
    if (isIdle && !(await holdsAny(client, prefix, names, HOLDING))) continue;
    for (const one of await Promise.allSettled(page.map((entry) => repair(client, prefix, entry)))) {
      if (one.status === 'rejected') refused.push(one.reason);
    }
    // Redis itself is in trouble: the next sweep asks again.
    if (refused.length > PAGE) break;
  }
  if (refused.length > 0) throw refused[0];
}

type Entry = readonly [endpoint: string, seen: string];

async function repair(client: RedisClient, prefix: string, [endpoint, seen]: Entry): Promise<void> {
  const isHolding = await holdsAny(client, prefix, [endpoint], HOLDING);
  const keys = [queueKey(prefix, endpoint, 'wait')];
  const need = isHolding ? Number(await runScript(client, NEED, keys, [queueKey(prefix, endpoint, '')])) : -1;
  if (need >= 0) await runScript(client, LOWER, [agendaKey(prefix)], [endpoint, need, '']);
  else if (seen !== '') await moveEntry(client, prefix, endpoint, seen, undefined);
}

/** The agenda as the last key of a script of one endpoint; in a Cluster a key in the slot of the others. */
export const agendaKeyBeside = (client: RedisClient, prefix: string, other: string): string =>
  isCluster(client) ? other : agendaKey(prefix);
