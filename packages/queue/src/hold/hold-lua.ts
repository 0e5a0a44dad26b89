/** Lua of the hold, for the scripts that take and settle. */
export const HOLD_LUA = `
local function holdGate(E, S, now) return {} end
local function holdProbe(E, S, now) return nil end
local function holdRevive(E, S, now, n) return {} end
local function holdSettled(E, S, now, class, id, isProbe, detail) return nil end
`;
