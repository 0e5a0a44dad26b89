/** What came in lately, from the trail alone: the newest receipts, in the order in which they were written. */
import type { ReceivedEntry, RecentEvents } from '@longshore/event';
import { LongshoreError } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { decode } from './chunk.js';
import { iso } from './jobs.js';
import { shardsOf } from './shards.js';

/** Chunks that are read at once, of each part of the trail. */
const PAGE_CHUNKS = 8;
/** Chunks of one page at most: some thousand entries, which may have no receipt among them. */
const MOST_CHUNKS = 160;

interface Position {
  at: number;
  n: number;
}

/**
 * @param limit events; a page ends with a whole chunk, so it may have some more
 * @param after `next` of the page before
 * @throws LongshoreError REQUEST_INVALID
 */
export async function recentIn(
  client: RedisClient,
  prefix: string,
  { limit, after }: { limit: number; after?: string },
): Promise<RecentEvents> {
  const keys = shardsOf(client, prefix).map(({ chunks }) => chunks);
  const since = await oldestIn(client, keys);
  const events: ReceivedEntry[] = [];
  let position = after === undefined ? undefined : positionOf(after);
  for (let read = 0; read < MOST_CHUNKS; ) {
    const chunks = await chunksBefore(client, keys, position);
    for (const { id, data } of chunks) {
      const entries = (await decode(data))?.entries ?? [];
      events.push(...entries.filter((entry) => entry.step === 'received').reverse());
      position = id;
      read += 1;
      if (events.length >= limit) break;
    }
    if (events.length >= limit || chunks.length === 0) {
      const isEnd = chunks.length === 0;
      return { ...page(events, since), ...(!isEnd && position && { next: `${position.at}-${position.n}` }) };
    }
  }
  return { ...page(events, since), ...(position && { next: `${position.at}-${position.n}` }) };
}

const page = (events: readonly ReceivedEntry[], since: number | undefined): RecentEvents => ({
  events: events.map(({ at, takenAt, ...entry }) => ({
    ...entry,
    at: iso(at),
    ...(takenAt !== undefined && { takenAt: iso(takenAt) }),
  })),
  ...(since !== undefined && { since: iso(since) }),
});

/** The newest before a position, over all parts: of each part as many as one look has, so that none is passed over. */
async function chunksBefore(client: RedisClient, keys: readonly string[], position: Position | undefined) {
  const from = position ? idBefore(position) : '+';
  const looks = keys.map((key) => client.xrevrangeBuffer(key, from, '-', 'COUNT', PAGE_CHUNKS));
  const found = (await Promise.all(looks)).map((chunks) =>
    chunks.map(([id, [, data]]) => ({ id: positionOf(id.toString()), data: data ?? Buffer.alloc(0) })),
  );
  // Further back than the shortest look of a part that has more, another part may have newer ones.
  const horizon = found.flatMap((part) => (part.length === PAGE_CHUNKS ? (part.at(-1)?.id ?? []) : []));
  const end = horizon.sort(newerFirst)[0];
  return found
    .flat()
    .filter(({ id }) => !end || newerFirst(id, end) <= 0)
    .sort((a, b) => newerFirst(a.id, b.id));
}

const newerFirst = (a: Position, b: Position): number => b.at - a.at || b.n - a.n;

/** Not `(id`, which Redis knows from 6.2 on only. */
const idBefore = ({ at, n }: Position): string => (n > 0 ? `${at}-${n - 1}` : `${at - 1}`);

async function oldestIn(client: RedisClient, keys: readonly string[]): Promise<number | undefined> {
  const firsts = await Promise.all(keys.map((key) => client.xrangeBuffer(key, '-', '+', 'COUNT', 1)));
  const times = firsts.flat().map(([id]) => positionOf(id.toString()).at);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function positionOf(text: string): Position {
  const [, at, n] = /^(\d{1,16})-(\d{1,16})$/.exec(text) ?? [];
  if (at !== undefined && n !== undefined) return { at: Number(at), n: Number(n) };
  throw new LongshoreError('REQUEST_INVALID', 'after: not a cursor; use `next` of the previous page');
}
