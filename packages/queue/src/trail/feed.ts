/**
 * The trail in the order in which it was written, for the archive. A copier remembers a position for each part; what the
 * trail's limits removed before it was read becomes a gap.
 */
import type { FeedPage, FeedPosition, GapEntry, HistoryFeed } from '@longshore/event';
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { runScriptBuffer, script } from '../script.js';
import { decode } from './chunk.js';
import { partName, shardsOf } from './shards.js';

/** Chunks in a page: some thousand entries. */
const PAGE_CHUNKS = 32;

/**
 * Both of one moment. KEYS[1] the stream of chunks; ARGV from, count. Returns the id of the newest chunk that was
 * removed, which Redis knows from 7.0 on (empty: none, or the stream is not there), and the chunks.
 */
const READ = script(`
local removed = ''
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for n = 1, #info, 2 do
    if info[n] == 'max-deleted-entry-id' and info[n + 1] ~= '0-0' then removed = info[n + 1] end
  end
end
return { removed, redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2]) }
`);

const aBuffer = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const aText = aBuffer.transform(String);
const readSchema = z.tuple([aText, z.array(z.tuple([aText, z.tuple([aBuffer, aBuffer])]))]);

/** @param age how long the trail keeps entries, in milliseconds; asked for at each read */
export function createTrailFeed(client: RedisClient, prefix: string, age: () => number): HistoryFeed {
  const shards = new Map(shardsOf(client, prefix).map((shard, n) => [partName(prefix, n), shard]));

  const after: HistoryFeed['after'] = async (part, position, lookedAt) => {
    const shard = shards.get(part);
    if (!shard) return { entries: [], more: false };
    const from = position ? `${position.at}-${position.n + 1}` : '-';
    const answer = await runScriptBuffer(client, READ, [shard.chunks], [from, PAGE_CHUNKS]);
    const [last, chunks] = readSchema.parse(answer);
    const removed = last === '' ? undefined : positionOf(last);
    const page: FeedPage = { entries: [], more: chunks.length === PAGE_CHUNKS };
    const first = chunks[0] && positionOf(chunks[0][0]);
    const gap = position && gapBehind(position, { first, removed, lookedAt, age: age() });
    if (gap) page.entries.push(gap);
    for (const [id, [, data]] of chunks) {
      page.position = positionOf(id);
      const chunk = await decode(data);
      // Damaged, or of a newer version: what it held is missing.
      page.entries.push(...(chunk?.entries ?? [missing(page.position.at, page.position.at)]));
    }
    page.position ??= position;
    return page;
  };
  return {
    parts: [...shards.keys()],
    after: (part, position, lookedAt) => asking(client, () => after(part, position, lookedAt)),
  };
}

interface Behind {
  /** The oldest chunk behind the position. */
  first?: FeedPosition;
  /** The last chunk that was removed; undefined: the stream has lost none, or has begun again. */
  removed?: FeedPosition;
  lookedAt?: number;
  age: number;
}

/** Whether something behind the position is gone. Limits remove the oldest first, so it was before `first`. */
function gapBehind(position: FeedPosition, { first, removed, lookedAt, age }: Behind): GapEntry | undefined {
  if (removed && isBehind(removed, position)) return missing(position.at, removed.at);
  if (removed || lookedAt === undefined) return undefined;
  // The stream was empty meanwhile: what was written and removed since the last look cannot be seen.
  const until = first?.at ?? Date.now();
  return until - lookedAt > age ? missing(lookedAt, until) : undefined;
}

const missing = (since: number, at: number): GapEntry => ({
  step: 'gap',
  at,
  since,
  count: 0,
  why: 'behind',
});

const isBehind = (one: FeedPosition, other: FeedPosition): boolean =>
  one.at > other.at || (one.at === other.at && one.n > other.n);

function positionOf(id: string): FeedPosition {
  const [at = 0, n = 0] = id.split('-').map(Number);
  return { at, n };
}
