/**
 * The hold's Lua between a small take and a small settle, with a clock that the test gives: what TAKE and SETTLE make of
 * it, without their own subjects.
 */
import { z } from 'zod';
import type { RedisClient } from '../../connection.js';
import { queueKey } from '../../names.js';
import { runScript, script } from '../../script.js';
import { HOLD_LUA } from '../hold-lua.js';
import type { SettleClass } from '../settle-class.js';

/** Of an endpoint, as far as a hold asks for them. */
export interface RigSettings {
  concurrency: number;
  maxBackoffMs: number;
  hold?: {
    after: number;
    probeMs: number;
    maxProbeMs: number;
    forMs: number;
    revive: boolean;
    url?: string;
  };
}

const ENDPOINT = `
local function orderProbe() return nil end
local function latestRetried() end
local function endpointOf(base, name)
  local E = { name = name, base = base }
  for _, part in ipairs({ 'wait', 'active', 'delayed', 'prioritized', 'failed' }) do E[part] = base .. part end
  E.ours = function(part) return base .. '~' .. part end
  E.job = function(id) return base .. id end
  return E
end
${HOLD_LUA}
local E, S, now = endpointOf(ARGV[1], ARGV[2]), cjson.decode(ARGV[3]), tonumber(ARGV[4])
`;

const TAKE = script(`
${ENDPOINT}
local jobs = {}
local function activate(id, flag)
  redis.call('LPUSH', E.active, id)
  redis.call('SET', E.job(id) .. ':lock', 'token')
  jobs[#jobs + 1] = { id, flag }
end
local gate = holdGate(E, S, now)
local room = math.min(S.concurrency, gate.limit or S.concurrency) - redis.call('LLEN', E.active)
local probe = gate.probe and room > 0 and holdProbe(E, S, now)
if probe then activate(probe, 'probe') end
while gate.retries and #jobs < room do
  local id = redis.call('ZRANGEBYSCORE', E.delayed, '-inf', now * 4096 + 4095, 'LIMIT', 0, 1)[1]
  if not id then break end
  redis.call('ZREM', E.delayed, id)
  activate(id, 'retry')
end
while gate.fresh and #jobs < room do
  local id = redis.call('RPOP', E.wait)
  if not id then break end
  activate(id, 'fresh')
end
if gate.revive and #jobs < room then
  for _, id in ipairs(holdRevive(E, S, now, room - #jobs)) do activate(id, 'revived') end
end
local lists = {
  redis.call('LRANGE', E.wait, 0, -1), redis.call('LRANGE', E.active, 0, -1),
  redis.call('ZRANGE', E.delayed, 0, -1), redis.call('ZRANGE', E.failed, 0, -1),
  redis.call('LRANGE', E.ours('notes'), 0, -1),
}
return { jobs, gate.next or 0, gate.report and cjson.encode(gate.report) or '', lists, redis.call('HGETALL', E.ours('hold')) }
`);

const SETTLE = script(`
${ENDPOINT}
local id, to, class, isProbe, delay, detail = ARGV[5], ARGV[6], ARGV[7], ARGV[8] == '1', tonumber(ARGV[9]), ARGV[10]
redis.call('LREM', E.active, -1, id)
redis.call('DEL', E.job(id) .. ':lock')
if to == 'wait' then redis.call('RPUSH', E.wait, id)
elseif to == 'completed' then redis.call('DEL', E.job(id))
elseif to == 'delayed' then redis.call('ZADD', E.delayed, (now + delay) * 4096, id)
else
  redis.call('ZADD', E.failed, now, id)
  redis.call('HSET', E.job(id), 'failedReason', cjson.decode(detail).reason .. ': words')
end
if (to == 'delayed' and class ~= 'none') or to == 'failed' then redis.call('HINCRBY', E.job(id), 'atm', 1) end
local report = holdSettled(E, S, now, class, id, isProbe, detail)
return report and cjson.encode(report) or ''
`);

const RELEASE = script(`
${ENDPOINT}
return holdRelease(E, now) and 1 or 0
`);

const texts = z.array(z.string());
const tookSchema = z.tuple([
  z.array(z.tuple([z.string(), z.string()])),
  z.number(),
  z.string(),
  z.tuple([texts, texts, texts, texts, texts]),
  texts,
]);

/** How one delivery is settled. */
export interface RigSettle {
  id: string;
  to: 'completed' | 'delayed' | 'failed' | 'wait';
  class: SettleClass;
  probe: boolean;
  delay: number;
  detail: object;
}

/** One endpoint. All methods reject with Redis' error. */
export function createRig(client: RedisClient, prefix: string, endpoint = 'e') {
  const key = (part: string): string => queueKey(prefix, endpoint, part);
  const about = (settings: RigSettings, now: number): (string | number)[] => [
    key(''),
    endpoint,
    JSON.stringify({ order: 'none', ...settings }),
    now,
  ];
  const reportIn = (json: string): Record<string, unknown> | undefined =>
    json === '' ? undefined : z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  return {
    key,
    async add(id: string): Promise<void> {
      await client.hset(key(id), 'data', '{}');
      await client.lpush(key('wait'), id);
    },
    async take(settings: RigSettings, now: number) {
      const answer = await runScript(client, TAKE, [key('wait')], about(settings, now));
      const [jobs, next, report, lists, flat] = tookSchema.parse(answer);
      const [wait, active, delayed, failed, notes] = lists;
      return {
        jobs,
        next,
        report: reportIn(report),
        /** Each in the order in which it is taken; those without one by id. */
        lists: { wait: wait.reverse(), active: active.sort(), delayed: delayed.sort(), failed },
        notes,
        hash: new Map(flat.flatMap((field, n) => (n % 2 === 0 ? [[field, flat[n + 1] ?? ''] as const] : []))),
      };
    },
    async settle(settings: RigSettings, now: number, { id, to, class: as, probe, delay, detail }: RigSettle) {
      const args = [id, to, as, probe ? 1 : 0, delay, JSON.stringify(detail)];
      const answer = await runScript(client, SETTLE, [key('wait')], [...about(settings, now), ...args]);
      return reportIn(z.string().parse(answer));
    },
    release: (settings: RigSettings, now: number) =>
      runScript(client, RELEASE, [key('wait')], about(settings, now)),
    /** Its process was killed: the lock ran out, and the stalled check has put it back. */
    async crash(id: string): Promise<void> {
      await client.del(`${key(id)}:lock`);
      await client.lrem(key('active'), 1, id);
      await client.rpush(key('wait'), id);
    },
  };
}
