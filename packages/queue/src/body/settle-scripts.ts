/**
 * BullMQ's scripts that finish or remove jobs, wrapped so that a body goes with the last job that needs it. A finished
 * job stays as the dedupe window without its body; a dead one keeps it, since it can be retried.
 */
import { bullScript, defineBullScript, SCORE_PER_MS } from '../bull-script.js';
import type { RedisClient } from '../connection.js';
import { LATEST_LUA } from '../latest/latest-lua.js';
import { LANES_LUA } from '../order/lanes-lua.js';
import { LEAVE_LUA } from '../order/leave-lua.js';
import { ENDPOINT_LUA } from '../take/endpoint-lua.js';
import { BODY_LUA } from './body-lua.js';

const LEAVE = `${BODY_LUA}${ENDPOINT_LUA}${LANES_LUA}${LATEST_LUA}${LEAVE_LUA}`;

const finish = bullScript('moveToFinished');

/** KEYS[12] the job, ARGV[5] `completed` or `failed`; a number below 0 says that nothing was changed. */
const finishLua = `
${BODY_LUA}
local function finish()
${finish.content}
end
-- Read before: where retention keeps few, the script may remove the very job that it finishes.
local held = ARGV[5] == 'completed' and bodyOf(KEYS[12])
local answer = finish()
if held and not (type(answer) == 'number' and answer < 0) then releaseBody(KEYS[12], held) end
return answer
`;

const removals = ['cleanJobsInSet', 'drain', 'obliterate', 'removeJob'].map(bullScript);

/** Whatever key is deleted: if it is a job, its body is released before, and the next of its lane let go afterwards. */
const removeLua = (content: string): string => `
${LEAVE}
local left = {}
local function remove(server)
  local redis = setmetatable({
    call = function(command, ...)
      if command == 'DEL' or command == 'UNLINK' then
        for _, key in ipairs({ ... }) do
          if server.call('TYPE', key).ok == 'hash' then
            left[#left + 1] = leaving(key)
            releaseBody(key)
          end
        end
      end
      return server.call(command, ...)
    end
  }, { __index = server })
${content}
end
local answer = remove(redis)
hasLeft(left)
return answer
`;

const reprocess = bullScript('reprocessJob');

/** BullMQ's retry of a dead delivery, to the end of its queue. */
export const reprocessLua = `
${LEAVE}
local function retry()
${reprocess.content}
end
local function retryToEnd()
  local answer = retry()
  if answer == 1 then hasReturned(KEYS[1]) end
  return answer
end
`;

const promote = bullScript('promote');

/**
 * A retry that is to go out at once stays among the delayed, due now: at the end of those that wait it would lose its
 * place in an order. KEYS[1] the delayed, ARGV first part of a job's key, id; -3 when it is none of them.
 */
const promoteLua = `
local time = redis.call('TIME')
if redis.call('ZREM', KEYS[1], ARGV[2]) == 0 then return -3 end
local due = (time[1] * 1000 + math.floor(time[2] / 1000)) * ${SCORE_PER_MS}
redis.call('ZADD', KEYS[1], string.format('%.0f', due), ARGV[2])
redis.call('HSET', ARGV[1] .. ARGV[2], 'delay', 0)
return 0
`;

/** To be called before BullMQ opens the client. */
export function installSettleScripts(client: RedisClient): void {
  defineBullScript(client, finish, finishLua);
  defineBullScript(client, promote, promoteLua);
  defineBullScript(
    client,
    reprocess,
    `${reprocessLua}
return retryToEnd()`,
  );
  for (const script of removals) defineBullScript(client, script, removeLua(script.content));
}
