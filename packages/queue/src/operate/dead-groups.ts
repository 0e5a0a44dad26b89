/**
 * Dead deliveries counted by endpoint, reason and answer, so that 10,000 failures of one cause are one line. Redis
 * does the counting, a chunk at a time: about 10 ms for 1,000 deliveries.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RedisClient } from '../connection.js';
import { lastAnswer } from '../job.js';
import { runScript, script } from '../script.js';
import { asJson } from '../stored-json.js';
import type { DeadLetterDetail } from './dead-letter.js';
import { bound } from './walk.js';

/** Dead deliveries of one endpoint that failed for the same reason with the same answer. */
export interface DeadGroup {
  /** Of the endpoint, the reason and the answer without its numbers: the same in each look. */
  key: string;
  endpoint: string;
  /** Of the last attempt: `http_503`, `timeout` … */
  reason: string;
  /** First line of the newest answer, or the failure in words. */
  answer: string;
  count: number;
  /** When the newest and the oldest of them died; epoch milliseconds. */
  newestAt: number;
  oldestAt: number;
}

/** Groups, and of how many deliveries. */
export interface DeadGroups {
  groups: DeadGroup[];
  /** Deliveries that were read. */
  looked: number;
  /** There are more in the span than were read. */
  more: boolean;
}

/** What a group is made of. */
export type Failure = Pick<DeadLetterDetail, 'endpoint' | 'reason' | 'detail' | 'last'>;

/** Deliveries that one script reads: some 5 ms of Redis. */
const CHUNK = 500;
const MAX_ANSWER_LENGTH = 200;
const KEY_DIGITS = 12;

/**
 * KEYS[1] the dead-letter set
 * ARGV    what the keys of its jobs begin with, highest score, lowest score, how many to pass, how many to read
 * Returns how many were read, then for each group: failedReason, stack trace, count, newest score, oldest score
 */
const GROUP = script(`
local met = redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[2], ARGV[3], 'WITHSCORES', 'LIMIT', ARGV[4], ARGV[5])
local groups, order = {}, {}
for n = 1, #met, 2 do
  local fields = redis.call('HMGET', ARGV[1] .. met[n], 'failedReason', 'stacktrace')
  local failed, trace = fields[1] or '', fields[2] or ''
  local mark = failed
  local read, list = pcall(cjson.decode, trace)
  if read and type(list) == 'table' then
    local decoded, answer = pcall(cjson.decode, list[#list])
    if decoded and type(answer) == 'table' and type(answer.body) == 'string' then
      mark = failed .. '\\n' .. string.match(answer.body, '^[^\\n]*')
    end
  end
  local group = groups[mark]
  if not group then
    group = { failed, trace, 0, met[n + 1], met[n + 1] }
    groups[mark] = group
    order[#order + 1] = group
  end
  group[3] = group[3] + 1
  group[5] = met[n + 1]
end
return { #met / 2, order }
`);

const scores = z.coerce.number();
const replySchema = z.tuple([
  z.number(),
  z.array(z.tuple([z.string(), z.string(), z.number(), scores, scores])),
]);

/**
 * Groups of one dead-letter set, of its newest `most` deliveries in the span.
 * @param keys of the set, and what the keys of its jobs begin with
 * @returns the groups, and how many were read
 */
export async function groupsOf(
  client: RedisClient,
  keys: { set: string; jobs: string },
  endpoint: string,
  { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, most }: Span,
): Promise<{ groups: DeadGroup[]; looked: number }> {
  const groups: DeadGroup[] = [];
  let looked = 0;
  while (looked < most) {
    const args = [keys.jobs, bound(until), bound(since), looked, Math.min(CHUNK, most - looked)];
    const [read, found] = replySchema.parse(await runScript(client, GROUP, [keys.set], args));
    looked += read;
    for (const [failedReason, trace, count, newestAt, oldestAt] of found) {
      const failure = { endpoint, ...failureFrom(failedReason, trace) };
      groups.push({ ...groupOf(failure), count, newestAt, oldestAt });
    }
    if (read < CHUNK) break;
  }
  return { groups, looked };
}

interface Span {
  /** Epoch milliseconds. */
  since?: number;
  until?: number;
  most: number;
}

function failureFrom(failedReason: string, trace: string): Omit<Failure, 'endpoint'> {
  const list = asJson(trace);
  const last = lastAnswer({ stacktrace: Array.isArray(list) ? list.map(String) : [], failedReason });
  const detail = last?.detail ?? failedReason;
  return {
    reason: last?.reason ?? failedReason.split(':', 1)[0] ?? '',
    ...(detail && { detail }),
    ...(last && { last }),
  };
}

/** The group that a dead delivery belongs to. */
export function groupOf(failure: Failure): Pick<DeadGroup, 'key' | 'endpoint' | 'reason' | 'answer'> {
  const { endpoint, reason } = failure;
  const answer = answerOf(failure);
  const key = createHash('sha256')
    .update(JSON.stringify([endpoint, reason, answer.replace(VARYING, '#')]))
    .digest('hex')
    .slice(0, KEY_DIGITS);
  return { key, endpoint, reason, answer };
}

/** Ids, addresses and counts, which differ between answers of one cause. */
const VARYING = /[0-9a-f-]{8,}|\d+/gi;

function answerOf({ detail, last }: Failure): string {
  const line = last?.body?.trim().split('\n', 1)[0]?.trim();
  return (line || detail || '').slice(0, MAX_ANSWER_LENGTH);
}

/** Groups of several looks as one list, the largest first. */
export function mergeGroups(groups: Iterable<DeadGroup>): DeadGroup[] {
  const merged = new Map<string, DeadGroup>();
  for (const group of groups) {
    const before = merged.get(group.key);
    if (!before) {
      merged.set(group.key, { ...group });
      continue;
    }
    if (group.newestAt > before.newestAt) before.answer = group.answer;
    before.count += group.count;
    before.newestAt = Math.max(before.newestAt, group.newestAt);
    before.oldestAt = Math.min(before.oldestAt, group.oldestAt);
  }
  return [...merged.values()].sort((a, b) => b.count - a.count || b.newestAt - a.newestAt);
}
