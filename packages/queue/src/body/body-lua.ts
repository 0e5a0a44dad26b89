/**
 * What is stored of an event's body, and the Lua that every script shares which gives a job a body or takes it away.
 *
 * A body is one string: how many jobs hold it (4 bytes), the length of its text (4 bytes), the compact text. The data
 * of a job names its body, and the job holds it while it has the field `b`. Holding and counting change in the same
 * script, so a crash at any moment leaves neither a job without its body nor a body without a job. One body serves all
 * endpoints of an event. In a Redis Cluster a script sees one slot only, so there each endpoint has its own, and its
 * name begins with `~`.
 */
import { queueKey, storeKey } from '../names.js';

/** Bytes in front of the compact text. */
export const BODY_HEAD_BYTES = 8;

/** The key of a body, as `bodyKey` of {@link BODY_LUA} has it. */
export function bodyKey(prefix: string, endpoint: string, ref: string): string {
  return ref.startsWith('~')
    ? queueKey(prefix, endpoint, `~body:${ref.slice(1)}`)
    : storeKey(prefix, 'bodies', ref);
}

/** Lua: `bodyKey`, `bodyOf`, `holdBody`, `releaseBody`. */
export const BODY_LUA = `
local function bodyKey(jobKey, ref)
  local root, tag = string.match(jobKey, '^(.*:)({[^{}]*}):[^:]*$')
  if string.sub(ref, 1, 1) == '~' then return root .. tag .. ':~body:' .. string.sub(ref, 2) end
  return root .. '{~bodies}:' .. ref
end
local function bodyHolders(key)
  local head = redis.call('GETRANGE', key, 0, 3)
  return head ~= '' and struct.unpack('>I4', head) or nil
end
-- The key of the body that a job holds.
local function bodyOf(jobKey)
  local held = redis.call('HMGET', jobKey, 'b', 'data')
  local ref = held[1] and string.match(held[2] or '', '"b":"([^"]+)"')
  return ref and bodyKey(jobKey, ref)
end
-- False when there is no such body, and no data to make it of.
local function holdBody(jobKey, ref, data)
  local key = bodyKey(jobKey, ref)
  local holders = bodyHolders(key)
  if holders then
    redis.call('SETRANGE', key, 0, struct.pack('>I4', holders + 1))
    if holders == 0 then redis.call('PERSIST', key) end
  elseif data == '' then return false
  else redis.call('SET', key, struct.pack('>I4', 1) .. data) end
  redis.call('HSET', jobKey, 'b', 1)
  return true
end
local function releaseBody(jobKey, held)
  local key = held or bodyOf(jobKey)
  if not key then return end
  redis.call('HDEL', jobKey, 'b')
  local holders = bodyHolders(key)
  if not holders then return end
  if holders > 1 then redis.call('SETRANGE', key, 0, struct.pack('>I4', holders - 1))
  else redis.call('DEL', key) end
end
`;
