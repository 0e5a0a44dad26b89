/**
 * The first of equal facts is added, the rest are counted: one step in Redis together with the add. A claim is
 * written in the script that stores the job, after it: there is none without a delivery that is durable, so a
 * request that failed, or a process that died, suppresses nothing. A claim names its delivery, which it never stops.
 *
 * A change in between ends a claim: another fact about the same tag or digest replaces it, and the turn from
 * pushes to deletes in a repository, or back, ends all earlier claims. Two small keys per fact under
 * the endpoint's hash tag; they expire with the window.
 *
 * The window is counted in the times of receipt and starts with the first, also when requests that waited on disk
 * are drained together. Clocks of ingest processes that differ by more than the window collapse nothing.
 */
import type { Fact } from '@longshore/event';

/** The fact of a delivery whose endpoint collapses equal facts. */
export interface Collapse {
  fact: Fact;
  /** Milliseconds. */
  window: number;
}

/** A {@link Collapse} as the script takes it. */
export type CollapseArguments = ReturnType<typeof collapseArguments>;

/** @param receivedAt epoch milliseconds */
export function collapseArguments({ fact, window }: Collapse, receivedAt: number) {
  const { id, subject, ...rest } = fact;
  return { id: subject, ttl: Math.ceil(window), fact: id, at: receivedAt, ...rest };
}

/**
 * Lua: `collapse(prefix, id, asked, add)` returns what `add` returns, or nil and the id of the delivery that
 * has the same fact. `asked` is what `collapseArguments` returns.
 */
export const COLLAPSE = `
local function collapse(prefix, id, asked, add)
  -- english: allow told, the name of a stored key
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
  local made = cmsgpack.pack({ id = id, fact = asked.fact, turn = current, at = asked.at })
  redis.call('SET', claim, made, 'PX', asked.ttl)
  return added
end
`;
