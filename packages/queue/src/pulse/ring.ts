/**
 * Counts by time in one string of Redis: a ring of slots of one length, each with the number of its time and some
 * counters. A slot is emptied when its time comes round again, so a ring never grows, and nothing has to be removed:
 * a day by quarters of an hour is 1.5 KB for each endpoint, whatever it delivers. Hashes with a field for each counter
 * take 15 KB.
 */

/** Length of the time that one slot counts, how many slots there are, and bytes of one. */
export interface Ring {
  slotMs: number;
  slots: number;
  bytes: number;
}

/** A day by quarters of an hour: time, then three counters of 32 bits. */
export const DAY_RING: Ring = { slotMs: 15 * 60_000, slots: 96, bytes: 16 };

/**
 * Defines `slot(key, at, slots, bytes)`, which returns the offset in bytes of the slot of a time and whether it was
 * emptied for it; nil for a time before that of the slot. And `add(key, offset, place, by)`, which adds to the
 * `place`th number of 32 bits behind the time.
 */
export const RING_LUA = `
local function slot(key, at, slots, bytes)
  local offset = (at % slots) * bytes
  local number = redis.call('BITFIELD', key, 'GET', 'u32', offset * 8)[1]
  if number > at then return nil end
  if number == at then return offset, false end
  -- The whole ring at once: a string that grows gets twice the room that it needs.
  if redis.call('STRLEN', key) == 0 then redis.call('SETRANGE', key, slots * bytes - 1, '\\0') end
  redis.call('SETRANGE', key, offset, string.rep('\\0', bytes))
  redis.call('BITFIELD', key, 'SET', 'u32', offset * 8, at)
  return offset, true
end
local function add(key, offset, place, by)
  redis.call('BITFIELD', key, 'OVERFLOW', 'SAT', 'INCRBY', 'u32', (offset + place * 4) * 8, by)
end
`;

/** The slots of the ring's whole round that ends now, oldest first; undefined for one that has nothing. */
export function readRing(
  stored: Buffer | null,
  { slotMs, slots, bytes }: Ring,
  now: number,
): { at: number; slot?: Buffer }[] {
  const last = Math.floor(now / slotMs);
  return Array.from({ length: slots }, (_, n) => {
    const number = last - slots + 1 + n;
    const start = (number % slots) * bytes;
    const slot = stored?.subarray(start, start + bytes);
    const isOf = slot?.length === bytes && slot.readUInt32BE(0) === number;
    return { at: number * slotMs, ...(isOf && { slot }) };
  });
}
