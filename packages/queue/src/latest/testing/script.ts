/** The smallest script that moves a delivery as the take loop does, with the fragment of `latest`. For the model's test. */
import { z } from 'zod';
import { BODY_LUA } from '../../body/body-lua.js';
import type { RedisClient } from '../../connection.js';
import { LANES_LUA } from '../../order/lanes-lua.js';
import { runScript, script } from '../../script.js';
import { ENDPOINT_LUA } from '../../take/endpoint-lua.js';
import { LATEST_LUA } from '../latest-lua.js';

const MOVE = script(`${BODY_LUA}${ENDPOINT_LUA}${LANES_LUA}${LATEST_LUA}
local E, id, to = endpointOf(ARGV[1], ''), ARGV[2], ARGV[3]
local key, mine = latestOf(E, id)
if redis.call('LREM', E.wait, 1, id) + redis.call('ZREM', E.delayed, id) + redis.call('LREM', E.active, 1, id) == 0 then
  return redis.error_reply('it is in none of them')
end
if to == 'active' then
  local reports = {}
  if not latestStale(E, id, 1, reports) then redis.call('LPUSH', E.active, id) end
  return cjson.encode(reports)
elseif to == 'wait' then redis.call('RPUSH', E.wait, id)
else redis.call('ZADD', E[to], 1, id) end
if to == 'completed' or to == 'failed' then redis.call('HSET', E.job(id), 'finishedOn', 1) end
return cjson.encode(latestSettled(E, 1, key, mine, to))
`);

const reportsSchema = z.union([
  z.array(z.object({ deliveryId: z.string(), by: z.string(), eventId: z.string() })),
  z.object({}).transform(() => []),
]);

/** @returns what is superseded by that, in the order of the script */
export async function move(client: RedisClient, base: string, id: string, to: string) {
  const reports = await runScript(client, MOVE, [], [base, id, to]);
  return reportsSchema.parse(JSON.parse(String(reports)));
}
