/**
 * Reads the trail: first all terms, which are a sixth of it, then only those chunks that may hold what is
 * looked for. Costs a search some tens of milliseconds for 100,000 events, and Redis one page at a time.
 */
import type { FeedPosition, HistoryEntry, HistoryLog, HistoryTerms } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { type Chunk, decode } from './chunk.js';
import { partName, type Shard, shardsOf } from './shards.js';
import { termsIn } from './terms.js';

/** Chunks read at once in one round trip. */
const PAGE = { terms: 200, chunks: 16 };
const FEW_TERMS = 16;
/** Chunks that are remembered from one pass to the next. */
const REMEMBERED = 64;

interface Indexed {
  shard: Shard;
  id: string;
  at: number;
  /** Among those of the same millisecond. */
  place: number;
  terms: Uint32Array;
}

/** The trail alone: what is in it can be read without a search. */
export interface TrailLog extends HistoryLog {
  /** Every entry, in pages as {@link HistoryLog.having} gives them. */
  newest(): AsyncGenerator<readonly HistoryEntry[]>;
}

/**
 * Reads the terms at once; chunks when they are asked for. The log is that of this moment.
 * @param copied what comes before these positions is left out, because it is known already
 */
export async function openLog(
  client: RedisClient,
  prefix: string,
  copied?: ReadonlyMap<string, FeedPosition>,
): Promise<TrailLog> {
  const shards = shardsOf(client, prefix);
  const parts = shards.map((shard, n) => readTerms(client, shard, copied?.get(partName(prefix, n))));
  const index = (await Promise.all(parts)).flat();
  index.sort((a, b) => b.at - a.at || b.place - a.place);

  const remembered = new Map<Indexed, Promise<Chunk | undefined>>();
  const read = (one: Indexed): Promise<Chunk | undefined> => {
    const chunk = remembered.get(one) ?? readChunk(client, one);
    if (remembered.size < REMEMBERED) remembered.set(one, chunk);
    return chunk;
  };

  const having = (wanted: HistoryTerms): AsyncGenerator<HistoryEntry[]> => {
    const terms = termsIn(wanted);
    return pages(index.filter(({ terms: own }) => hasAny(own, terms)));
  };
  async function* pages(having: readonly Indexed[]): AsyncGenerator<HistoryEntry[]> {
    const seen = new Set<string>();
    for (let n = 0; n < having.length; n += PAGE.chunks) {
      const page = having.slice(n, n + PAGE.chunks);
      for (const chunk of await Promise.all(page.map(read))) {
        if (!chunk || seen.has(chunk.id)) continue;
        seen.add(chunk.id);
        yield chunk.entries;
      }
    }
  }
  return { since: index.at(-1)?.at, having, newest: () => pages(index) };
}

async function readTerms(client: RedisClient, shard: Shard, copied?: FeedPosition): Promise<Indexed[]> {
  const index: Indexed[] = [];
  for (let from = copied ? `${copied.at}-${copied.n + 1}` : '-'; ; ) {
    const page = await client.xrangeBuffer(shard.terms, from, '+', 'COUNT', PAGE.terms);
    for (const [key, fields] of page) {
      const id = key.toString();
      const [at, place] = id.split('-').map(Number);
      index.push({ shard, id, at: at ?? 0, place: place ?? 0, terms: numbersIn(fields[5]) });
    }
    const last = index.at(-1);
    if (page.length < PAGE.terms || !last) return index;
    // Not `(id`, which Redis knows from 6.2 on only.
    from = `${last.at}-${last.place + 1}`;
  }
}

/** Looking for a few terms one by one is ten times as fast as looking each own one up. */
function hasAny(own: Uint32Array, terms: ReadonlySet<number>): boolean {
  if (terms.size > FEW_TERMS) return own.some((term) => terms.has(term));
  for (const term of terms) if (own.includes(term)) return true;
  return false;
}

/** Numbers of 4 bytes, the lowest first. */
function numbersIn(bytes: Buffer = Buffer.alloc(0)): Uint32Array {
  const numbers = new Uint32Array(Math.floor(bytes.length / 4));
  for (let n = 0; n < numbers.length; n++) numbers[n] = bytes.readUInt32LE(n * 4);
  return numbers;
}

/** @returns undefined when it has gone meanwhile, or is of a version that this one cannot read */
async function readChunk(client: RedisClient, { shard, id }: Indexed): Promise<Chunk | undefined> {
  const [found] = await client.xrangeBuffer(shard.chunks, id, id);
  const data = found?.[1][1];
  return data && decode(data);
}
