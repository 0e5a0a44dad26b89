/**
 * Lua for scripts that change what can be taken of an endpoint: `agendaLower(name, at)` has it looked at then, or
 * earlier; `agendaSet(name, at)` is for the look itself, which knows best (nil: there is nothing to look for);
 * `agendaWake(name)` tells idle processes at once.
 *
 * The agenda is the script's last key. In a Redis Cluster it may be in another slot: the key is empty there, nothing is
 * written, and the caller writes it in a second command.
 */
export const AGENDA_LUA = `
local AGENDA = KEYS[#KEYS]
local hasAgenda = string.sub(AGENDA, -10) == ':endpoints'
local function agendaLower(name, at)
  if hasAgenda then redis.call('ZADD', AGENDA, 'LT', string.format('%.0f', at), name) end
end
local function agendaSet(name, at)
  if not hasAgenda then return end
  if at then redis.call('ZADD', AGENDA, string.format('%.0f', at), name)
  else redis.call('ZREM', AGENDA, name) end
end
-- Best effort: a Redis user may have no right to publish.
local function agendaWake(name)
  if hasAgenda then redis.pcall('PUBLISH', string.sub(AGENDA, 1, -10) .. 'wake', name) end
end
`;
