/**
 * Adds a job with its body, in one step: exact however many processes add at once. It is BullMQ's own script for a
 * waiting job, called directly: that costs less than `Queue.add`, takes the body as bytes, and says what became of it.
 * Bound to the pinned version of BullMQ, and a test fails if its arguments change.
 */
import { ignore } from '@longshore/event';
import { z } from 'zod';
import { BODY_LUA } from './body/body-lua.js';
import type { OutgoingBody } from './body/outgoing.js';
import { bullScript } from './bull-script.js';
import { COLLAPSE, type CollapseArguments } from './collapse.js';
import { isCluster, type RedisClient } from './connection.js';
import { settlementFrom } from './job.js';
import type { LatestArguments } from './latest/latest.js';
import { LATEST_LUA } from './latest/latest-lua.js';
import { queueKey } from './names.js';
import { LANES_LUA } from './order/lanes-lua.js';
import { runScript, script } from './script.js';
import { readStored } from './stored-json.js';
import { agendaKeyBeside, lowerAgenda } from './take/agenda.js';
import { AGENDA_LUA } from './take/agenda-lua.js';
import { ENDPOINT_LUA } from './take/endpoint-lua.js';

/**
 * KEYS BullMQ's nine of `addStandardJob`, the agenda (in a Cluster: the first again)
 * ARGV first part of the job's key, id, name, epoch ms, data, name of the body, the body (empty: it is there), its
 *      lane, what `collapseArguments` and `latestArguments` return as JSON (empty: none), name of the endpoint
 * Returns `new`, and 1 when nothing was waiting before; `known` and the time at which the job was stored; `collapsed`
 * and the id of the delivery that has the same fact; or `no-body` when the body is not there. With `new` and `known` also
 * what it superseded as JSON, and the JSON of its settlement if it was superseded itself. BullMQ's own deduplication is
 * not used: a delivery that retention has removed would count there.
 */
const ADD = script(`
${ENDPOINT_LUA}
${AGENDA_LUA}
${BODY_LUA}
${COLLAPSE}
${LANES_LUA}
${LATEST_LUA}
local function addStandardJob(redis, KEYS, ARGV)
${bullScript('addStandardJob').content}
end
local prefix, id, name, at, data, ref, body, lane, asked, latest, endpoint = unpack(ARGV)
local key = prefix .. id
local packed = cmsgpack.pack({ prefix, id, name, tonumber(at) })
local function add()
  -- The worker knows the options: they are the same for every job.
  local quiet = setmetatable({ call = quietly(redis.call) }, { __index = redis })
  return addStandardJob(quiet, KEYS, { packed, data, cmsgpack.pack({}) })
end
-- With others waiting the next look is in the agenda already.
local function wake()
  local waiting = redis.call('LLEN', prefix .. 'wait')
  local every = waiting > 1 and tonumber(redis.call('HGET', prefix .. 'meta', 'wakeat'))
  if waiting > 1 and not (every and waiting % every == 0) then return 0 end
  agendaLower(endpoint, nowMs())
  agendaWake(endpoint)
  return 1
end
if redis.call('EXISTS', key) == 1 then
  add()
  return { 'known', unpack(redis.call('HMGET', key, 'timestamp', 'sp', 'returnvalue')) }
end
if body == '' and not bodyHolders(bodyKey(key, ref)) then return { 'no-body' } end
local function addWithBody()
  add()
  holdBody(key, ref, body)
  local arrival = redis.call('GET', KEYS[4])
  redis.call('HSET', key, 'k', lane, 's', arrival)
  if latest ~= '' then latestAdd(endpointOf(prefix, endpoint), id, cjson.decode(latest), arrival, at) end
  return { 'new', tostring(wake()), unpack(redis.call('HMGET', key, 'sp', 'returnvalue')) }
end
if asked == '' then return addWithBody() end
local added, first = collapse(prefix, id, cjson.decode(asked), addWithBody)
return added or { 'collapsed', first }
`);

const KEYS = ['wait', 'paused', 'meta', 'id', 'completed', 'delayed', 'active', 'events', 'marker'] as const;

/** A job to add. */
export interface NewJob {
  endpoint: string;
  /** Of the delivery. */
  id: string;
  name: string;
  /** JSON. */
  data: string;
  body: OutgoingBody;
  /** See `laneKey`. */
  lane: string;
  collapse?: CollapseArguments;
  latest?: LatestArguments;
}

/** What became of an add; empty for a new job. */
export interface Added {
  /** The job was there before: when it was stored, in epoch milliseconds; 0 when that is not known. */
  storedAt?: number;
  /** Id of the delivery that has the same fact: nothing was added. */
  collapsedInto?: string;
  /** Nothing was added: it came without its body, which Redis does not have. */
  isBodyMissing?: boolean;
  /** What it superseded when it was added. */
  superseded?: Superseded[];
  /** Id of the newer delivery that superseded it when it was added. */
  supersededBy?: string;
}

/** A delivery that was superseded. */
export interface Superseded {
  deliveryId: string;
  eventId: string;
}

/** Adds to the end of the endpoint's queue, which must be open. */
export async function addJob(client: RedisClient, prefix: string, job: NewJob): Promise<Added> {
  const { endpoint, id, name, data, body, lane, collapse, latest } = job;
  const keys = KEYS.map((part) => queueKey(prefix, endpoint, part));
  keys.push(agendaKeyBeside(client, prefix, keys[0] ?? ''));
  const about = [queueKey(prefix, endpoint, ''), id, name, Date.now(), data];
  const asked = [collapse, latest].map((one) => (one ? JSON.stringify(one) : ''));
  const args = [...about, body.ref, body.data, lane, ...asked, endpoint];
  const [what, more, superseded, settled] = answerSchema.parse(await runScript(client, ADD, keys, args));
  // Not awaited: what is stored is durable, and the leader finds an endpoint whose look is missing.
  if (what === 'new' && more === '1' && isCluster(client)) {
    lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda'));
  }
  if (what === 'collapsed') return { collapsedInto: more ?? '' };
  if (what === 'no-body') return { isBodyMissing: true };
  return {
    ...(what === 'known' && { storedAt: Number(more ?? 0) }),
    ...(superseded && { superseded: supersededFrom(superseded) }),
    ...(settled && supersededBy(settled)),
  };
}

function supersededFrom(json: string): Superseded[] {
  const flat = readStored(z.array(z.string()), json) ?? [];
  return flat.flatMap((deliveryId, n) => (n % 2 === 0 ? [{ deliveryId, eventId: flat[n + 1] ?? '' }] : []));
}

function supersededBy(json: string): Pick<Added, 'supersededBy'> {
  const { by } = settlementFrom(json);
  return by === undefined ? {} : { supersededBy: by };
}

const aText = z.string().nullish();
const answerSchema = z.tuple([z.enum(['new', 'known', 'collapsed', 'no-body']), aText, aText, aText]);
