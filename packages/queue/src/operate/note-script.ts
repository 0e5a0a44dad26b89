/**
 * Leaves a note about a delivery in the same step that changes the delivery. The notes of an endpoint are bounded: a
 * list, and beyond {@link NOTES_LIMIT} one number for each kind of change, so that the sums still add up after an
 * operator dropped a million deliveries while no worker ran.
 */

/** About 8 MB of Redis for each endpoint. */
export const NOTES_LIMIT = 20_000;

/**
 * Lua: `leaveNote(notes, counts, note, group)` with the keys of the list and of the hash. `group` is the field that
 * counts the note when the list is full.
 */
export const LEAVE_NOTE = `
local function leaveNote(notes, counts, note, group)
  if redis.call('LLEN', notes) < ${NOTES_LIMIT} then redis.call('RPUSH', notes, note)
  else redis.call('HINCRBY', counts, group, 1) end
end
`;
