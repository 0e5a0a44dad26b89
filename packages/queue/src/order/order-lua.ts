/** Lua of the order, for the scripts that take and settle. */
export const ORDER_LUA = `
local function orderPrepare(E, S, now) return nil end
local function orderAdmit(E, S, id, k) return true end
local function orderSettled(E, S, now, id, k, to) return false end
`;
