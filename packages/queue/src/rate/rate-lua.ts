/** Lua of the rate, for the script that takes. */
export const RATE_LUA = `
local function rateGate(E, S, now, n) return n, nil end
local function rateTaken(E, S, now, requests) end
`;
