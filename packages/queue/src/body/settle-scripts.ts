/**
 * BullMQ's scripts that finish or remove jobs, wrapped so that a body goes with the last job that needs it. A finished
 * job stays as the dedupe window without its body; a dead one keeps it, since it can be retried.
 */
import { bullScript, defineBullScript } from '../bull-script.js';
import type { RedisClient } from '../connection.js';
import { BODY_LUA } from './body-lua.js';

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

/** Whatever key is deleted: if it is a job, its body is released before. */
const removeLua = (content: string): string => `
${BODY_LUA}
local function remove(server)
  local redis = setmetatable({
    call = function(command, ...)
      if command == 'DEL' or command == 'UNLINK' then
        for _, key in ipairs({ ... }) do
          if server.call('TYPE', key).ok == 'hash' then releaseBody(key) end
        end
      end
      return server.call(command, ...)
    end
  }, { __index = server })
${content}
end
return remove(redis)
`;

/** To be called before BullMQ opens the client. */
export function installSettleScripts(client: RedisClient): void {
  defineBullScript(client, finish, finishLua);
  for (const script of removals) defineBullScript(client, script, removeLua(script.content));
}
