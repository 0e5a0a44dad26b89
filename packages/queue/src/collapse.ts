/**
 * The first of equal facts is added, the rest are counted: one step in Redis together with the add. A claim is
 * written in the script that stores the job, after it: there is none without a delivery that is durable, so a
 * request that failed, or a process that died, suppresses nothing. It names its delivery, which passes its own.
 *
 * A change in between ends a claim: another fact about the same tag or digest takes its place, and the turn from
 * pushes to deletes in a repository, or back, makes all claims of before worthless. Two small keys per fact under
 * the endpoint's hash tag, which expire with the window; none outlives it.
 *
 * The window is counted in the times of receipt and starts with the first, also when requests that waited on disk
 * are fed in together. Clocks of ingest processes that differ by more than the window collapse nothing.
 */
import type { Fact } from '@longshore/event';
import type { DeduplicationOptions } from 'bullmq';

/** What is asked for with a delivery whose endpoint collapses. */
export interface Collapse {
  fact: Fact;
  /** Milliseconds. */
  window: number;
}

/** BullMQ hands these on to the script as they are, as `de` among the options; the script takes them out. */
export function collapseOptions({ fact, window }: Collapse, receivedAt: number): DeduplicationOptions {
  const { id, subject, ...rest } = fact;
  const asked = { id: subject, ttl: Math.ceil(window), fact: id, at: receivedAt, ...rest };
  return asked;
}

/**
 * Lua: `collapse(prefix, id, asked, add)` returns what `add` returns, or the id of the delivery that told the
 * fact first and false. `asked` is what `collapseOptions` returns.
 */
export const COLLAPSE = `
local function collapse(prefix, id, asked, add)
  local claim, turn = prefix .. 'told:' .. asked.id, prefix .. 'turn:' .. asked.repository
  local current = asked.change and redis.call('GET', turn) or ''
  local first = redis.call('GET', claim)
  first = first and cmsgpack.unpack(first)
  if first and first.id ~= id and first.fact == asked.fact and first.turn == current
    and math.abs(asked.at - first.at) < asked.ttl then
    return nil, first.id
  end
  local added = add()
  if asked.change then
    if string.sub(current, 1, #asked.change) ~= asked.change then current = asked.change .. id end
    redis.call('SET', turn, current, 'PX', asked.ttl)
  end
  local told = cmsgpack.pack({ id = id, fact = asked.fact, turn = current, at = asked.at })
  redis.call('SET', claim, told, 'PX', asked.ttl)
  return added
end
`;
