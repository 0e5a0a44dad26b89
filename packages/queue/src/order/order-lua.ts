/** Lua of the order, for the scripts that take and settle. */
export const ORDER_LUA = `
local function orderReturned(E, ids) end
local function orderPrepare(E, S, now) return nil end
local function orderGate(E, S, now) return nil end
local function orderAdmit(E, S, id) return true end
local function orderProbe(E, S, now) return nil end
local function orderSettled(E, S, now, id, to) return false end
local function latestSettled(E, S, now, id, to) return nil end
local function latestStale(E, id) return nil end
`;
