/**
 * The order's fragments in the smallest script that takes and settles with them: what BullMQ and the other gates add is
 * left out. For the model's tests.
 */
import { z } from 'zod';
import type { RedisClient } from '../../connection.js';
import { queueKey } from '../../names.js';
import { runScript, script } from '../../script.js';
import { ENDPOINT_LUA } from '../../take/endpoint-lua.js';
import { LANES_LUA } from '../lanes-lua.js';
import { ORDER_LUA } from '../order-lua.js';

export type Order = 'none' | 'repository' | 'endpoint';

const lua = (body: string) =>
  script(`${ENDPOINT_LUA}${LANES_LUA}${ORDER_LUA}
local base, order = ARGV[1], ARGV[2]
local E, S = endpointOf(base, ''), { order = order }
${body}`);

const TAKE = lua(`
local now, n, taken = tonumber(ARGV[3]), tonumber(ARGV[4]), {}
local later = orderPrepare(E, S, now)
if later then return { 'later', string.format('%.0f', later) } end
local gate = orderGate(E, S, now)
local limit = gate and math.min(n, gate.limit - redis.call('LLEN', E.active)) or n
local function admit(id)
  if not orderAdmit(E, S, id) then return end
  redis.call('LPUSH', E.active, id)
  taken[#taken + 1] = id
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', E.delayed, 0, (now + 1) * 4096 - 1)) do
  if #taken < limit and (not gate or gate.retry == id) then
    redis.call('ZREM', E.delayed, id)
    admit(id)
  end
end
while #taken < limit and (not gate or gate.fresh) do
  local id = redis.call('RPOP', E.wait)
  if not id then break end
  admit(id)
end
return { 'taken', unpack(taken) }
`);

const SETTLE = lua(`
local now, id, to, due = tonumber(ARGV[3]), ARGV[4], ARGV[5], tonumber(ARGV[6])
local lane = laneHeadedBy(E, id)
redis.call('LREM', E.active, 1, id)
if to == 'delayed' then redis.call('ZADD', E.delayed, due * 4096, id)
elseif to == 'wait' then redis.call('RPUSH', E.wait, id)
else
  redis.call('ZADD', E[to], now, id)
  redis.call('HSET', E.job(id), 'finishedOn', now)
end
orderSettled(E, S, now, id, lane, to, 'none')
return 1
`);

const STALL = lua(`
local ids = { unpack(ARGV, 3) }
for _, id in ipairs(ids) do
  redis.call('LREM', E.active, 1, id)
  redis.call('RPUSH', E.wait, id)
end
return 1
`);

const SWEEP = lua('return laneSweep(E) and 1 or 0');

/** Acts on one endpoint, as workers with this order do. */
export function orderScripts(client: RedisClient, prefix: string, endpoint: string) {
  const base = queueKey(prefix, endpoint, '');
  const run = (one: typeof TAKE, order: Order, ...args: (string | number)[]) =>
    runScript(client, one, [], [base, order, ...args]);
  return {
    /** Until the switch of the order is done or has to wait. */
    async take(order: Order, now: number, n: number): Promise<string[]> {
      for (;;) {
        const [what = '', ...ids] = z.array(z.string()).parse(await run(TAKE, order, now, n));
        if (what === 'taken') return ids;
        if (Number(ids[0]) > now) return [];
      }
    },
    settle: (order: Order, now: number, id: string, to: string, due = 0) =>
      run(SETTLE, order, now, id, to, due),
    stall: (order: Order, ids: readonly string[]) => run(STALL, order, ...ids),
    sweep: () => run(SWEEP, 'repository'),
  };
}
