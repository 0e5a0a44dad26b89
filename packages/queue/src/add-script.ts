/**
 * Adds jobs with their bodies, in one step: exact however many processes add at once. It is BullMQ's own script for a
 * waiting job, called directly: that costs less than `Queue.add`, takes the body as bytes, and says what became of it.
 * Several in one call cost Redis less than half: most of a call is the set-up of the script.
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

/** What an add of one job is, with its texts in front: see {@link ADD}. */
const ARGUMENTS_OF_A_JOB = 10;

/**
 * KEYS the list of waiting ones of the first job, the agenda (in a Cluster, where all jobs are of one endpoint: the
 *      first again)
 * ARGV epoch ms, how many bodies; for each its name and the body (empty: it is there); then for each job: first part of
 *      its key, id, name, data, which of the bodies, its lane, what `collapseArguments` and `latestArguments` return as
 *      JSON (empty: none), name of the endpoint, `traceparent` (empty: none)
 * Returns for each job `new`, and 1 when nothing was waiting before; `known` and the time at which the job was stored;
 * `collapsed` and the id of the delivery that has the same fact; `no-body` when the body is not there; or `refused` and
 * the error of Redis. With `new` and `known` also what it superseded as JSON, and the JSON of its settlement if it was
 * superseded itself. Fails when all jobs are refused. BullMQ's own deduplication is not used: a delivery that retention
 * has removed would count there.
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
-- The worker knows the options: they are the same for every job.
local quiet = setmetatable({ call = quietly(redis.call) }, { __index = redis })
local options = cmsgpack.pack({})
local PARTS = { 'wait', 'paused', 'meta', 'id', 'completed', 'delayed', 'active', 'events', 'marker' }
local at = ARGV[1]
-- With others waiting the next look is in the agenda already.
local function wake(prefix, endpoint)
  local waiting = redis.call('LLEN', prefix .. 'wait')
  local every = waiting > 1 and tonumber(redis.call('HGET', prefix .. 'meta', 'wakeat'))
  if waiting > 1 and not (every and waiting % every == 0) then return 0 end
  agendaLower(endpoint, nowMs())
  agendaWake(endpoint)
  return 1
end
local function addOne(prefix, id, name, data, ref, body, lane, asked, latest, endpoint, trace)
  local key = prefix .. id
  local function add()
    local keys = {}
    for n, part in ipairs(PARTS) do keys[n] = prefix .. part end
    return addStandardJob(quiet, keys, { cmsgpack.pack({ prefix, id, name, tonumber(at) }), data, options })
  end
  if redis.call('EXISTS', key) == 1 then
    add()
    return { 'known', unpack(redis.call('HMGET', key, 'timestamp', 'sp', 'returnvalue')) }
  end
  if body == '' and not bodyHolders(bodyKey(key, ref)) then return { 'no-body' } end
  local function addWithBody()
    add()
    holdBody(key, ref, body)
    local arrival = redis.call('GET', prefix .. 'id')
    redis.call('HSET', key, 'k', lane, 's', arrival)
    if trace ~= '' then redis.call('HSET', key, 'tp', trace) end
    if latest ~= '' then latestAdd(endpointOf(prefix, endpoint), id, cjson.decode(latest), arrival, at) end
    return { 'new', tostring(wake(prefix, endpoint)), unpack(redis.call('HMGET', key, 'sp', 'returnvalue')) }
  end
  if asked == '' then return addWithBody() end
  local added, first = collapse(prefix, id, cjson.decode(asked), addWithBody)
  return added or { 'collapsed', first }
end
local first = 3 + 2 * ARGV[2]
local function addNth(n)
  local prefix, id, name, data, which, lane, asked, latest, endpoint, trace = unpack(ARGV, n, n + ${ARGUMENTS_OF_A_JOB - 1})
  local body = 1 + 2 * which
  return addOne(prefix, id, name, data, ARGV[body], ARGV[body + 1], lane, asked, latest, endpoint, trace)
end
if #ARGV < first + ${ARGUMENTS_OF_A_JOB} then return { addNth(first) } end
-- What is wrong with one endpoint refuses none of the others. What refuses all of them is an answer to the script, as
-- clients expect it of a replica.
local answers, refused = {}, 0
for n = first, #ARGV, ${ARGUMENTS_OF_A_JOB} do
  local isDone, answer = pcall(addNth, n)
  if not isDone then
    refused = refused + 1
    if refused * ${ARGUMENTS_OF_A_JOB} == #ARGV - first + 1 then error(answer, 0) end
    answer = { 'refused', type(answer) == 'table' and answer.err or tostring(answer) }
  end
  answers[#answers + 1] = answer
end
return answers
`);

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
  /** See `PlannedDelivery`. */
  trace?: string;
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

/**
 * Adds each to the end of its endpoint's queue, which must be open. In a Cluster all are of one endpoint.
 * Rejects with Redis' error.
 * @returns for each what became of it, or why Redis refused it and not the others
 */
export async function addJobs(
  client: RedisClient,
  prefix: string,
  jobs: readonly NewJob[],
): Promise<(Added | Error)[]> {
  const wait = queueKey(prefix, jobs[0]?.endpoint ?? '', 'wait');
  const keys = [wait, agendaKeyBeside(client, prefix, wait)];
  const answers = answersSchema.parse(await runScript(client, ADD, keys, argumentsOf(prefix, jobs)));
  return answers.map((answer, n) => addedFrom(client, prefix, jobs[n]?.endpoint ?? '', answer));
}

/** A body travels once, however many jobs have it. */
function argumentsOf(prefix: string, jobs: readonly NewJob[]): (string | number | Buffer)[] {
  const bodies = new Map<string, Buffer | ''>();
  for (const { body } of jobs) bodies.set(body.ref, body.data || bodies.get(body.ref) || '');
  const place = new Map(Array.from(bodies.keys(), (ref, n) => [ref, n + 1]));
  const args: (string | number | Buffer)[] = [Date.now(), bodies.size, ...[...bodies].flat()];
  for (const { endpoint, id, name, data, body, lane, collapse, latest, trace } of jobs) {
    const about = [queueKey(prefix, endpoint, ''), id, name, data, place.get(body.ref) ?? 0, lane];
    args.push(
      ...about,
      ...[collapse, latest].map((one) => (one ? JSON.stringify(one) : '')),
      endpoint,
      trace ?? '',
    );
  }
  return args;
}

function addedFrom(
  client: RedisClient,
  prefix: string,
  endpoint: string,
  [what, more, superseded, settled]: z.infer<typeof answerSchema>,
): Added | Error {
  // Not awaited: what is stored is durable, and the leader finds an endpoint whose look is missing.
  if (what === 'new' && more === '1' && isCluster(client)) {
    lowerAgenda(client, prefix, endpoint).catch(ignore('queue.agenda'));
  }
  if (what === 'refused') return new Error(more ?? 'refused');
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
const anOutcome = z.enum(['new', 'known', 'collapsed', 'no-body', 'refused']);
const answerSchema = z.tuple([anOutcome, aText, aText, aText]);
const answersSchema = z.array(answerSchema);
