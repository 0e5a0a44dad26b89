/**
 * Walks the finished deliveries of several endpoints as if they were one list, ordered by time and id. Holds a
 * chunk of ids for each endpoint, whatever there is in all; what is not in the set any more is not met.
 */
import type { RedisClient } from '../connection.js';
import { runScript } from '../script.js';
import { WALK } from './walk-script.js';

/** Where a walk stands: behind this member. */
export interface Position {
  score: number;
  id: string;
}

/** One member of one endpoint's set. */
export interface Met extends Position {
  endpoint: string;
}

/** What a walk covers. Scores are inclusive. */
export interface Span {
  order: 'asc' | 'desc';
  min?: number;
  max?: number;
  /** Members after this one; in any of the sets, also when it is not there any more. */
  after?: Position;
}

interface Lane {
  endpoint: string;
  key: string;
  buffer: Met[];
  after?: Position;
  ended: boolean;
}

/**
 * Yields parts in order; how large a part is means nothing.
 * @param keys the sorted set of each endpoint
 * @param chunk members that are asked for at once, of each set
 */
export async function* walk(
  client: RedisClient,
  keys: ReadonlyMap<string, string>,
  span: Span,
  chunk: number,
): AsyncGenerator<Met[]> {
  const after = isAhead(span) ? undefined : span.after;
  const lanes = Array.from(
    keys,
    ([endpoint, key]): Lane => ({ endpoint, key, buffer: [], after, ended: false }),
  );
  const sign = span.order === 'asc' ? 1 : -1;
  const first = (a: Position, b: Position): number => sign * compare(a, b);
  for (;;) {
    const empty = lanes.filter(({ buffer, ended }) => buffer.length === 0 && !ended);
    await Promise.all(empty.map((lane) => refill(client, lane, span, chunk)));
    const open = lanes.filter(({ buffer }) => buffer.length > 0);
    if (open.length === 0) return;
    // As far as the first set whose next members are not known yet.
    const known = open.flatMap(({ buffer, ended }) => (ended ? [] : (buffer.at(-1) ?? [])));
    const [horizon] = known.sort(first);
    const part: Met[] = [];
    for (const lane of open) {
      const beyond = horizon ? lane.buffer.findIndex((met) => first(met, horizon) > 0) : -1;
      part.push(...lane.buffer.splice(0, beyond === -1 ? lane.buffer.length : beyond));
    }
    yield part.sort(first);
  }
}

function compare(a: Position, b: Position): number {
  if (a.id === b.id) return 0;
  return a.score - b.score || (a.id < b.id ? -1 : 1);
}

async function refill(client: RedisClient, lane: Lane, span: Span, chunk: number): Promise<void> {
  const { order, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = span;
  const begin = order === 'desc' ? bound(max) : bound(min);
  const cursor = lane.after ? [lane.after.score, lane.after.id] : ['', ''];
  const reply = await runScript(client, WALK, [lane.key], [order, begin, ...cursor, chunk]);
  const found = pairs(reply, lane.endpoint);
  lane.buffer = found.filter(({ score }) => score >= min && score <= max);
  lane.after = found.at(-1) ?? lane.after;
  lane.ended = lane.buffer.length < chunk;
}

/** A cursor of a walk over more than this span: the walk begins where the span does. */
function isAhead({ order, min, max, after }: Span): boolean {
  if (!after) return false;
  return order === 'desc' ? max !== undefined && after.score > max : min !== undefined && after.score < min;
}

/** As Redis writes a score. */
export function bound(score: number): string {
  if (score === Number.POSITIVE_INFINITY) return '+inf';
  return score === Number.NEGATIVE_INFINITY ? '-inf' : String(score);
}

/** From a reply with member and score in turns. */
export function pairs(reply: unknown, endpoint: string): Met[] {
  if (!Array.isArray(reply)) return [];
  return Array.from({ length: reply.length / 2 }, (_, n) => ({
    endpoint,
    id: String(reply[2 * n]),
    score: Number(reply[2 * n + 1]),
  }));
}
