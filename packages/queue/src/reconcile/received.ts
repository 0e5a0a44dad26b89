/**
 * What each process of a registry has sent, and what still waits on a disk: the other side of a registry's own counters.
 * Ingest counts in its process and writes once a second; a process that is killed takes its last second along.
 * Counting never waits and never fails.
 */
import { ignore, type TakenEvent } from '@longshore/event';
import { asking } from '../asking.js';
import { isReady, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { runScript, script } from '../script.js';

/** A process of a registry: its address and its instance id, which is new with each start. Times are epoch milliseconds. */
export interface Sender {
  /** Of both; see {@link ReceivedReader.note}. */
  id: string;
  addr: string;
  instance: string;
  /** Time of its first and of its last event. */
  firstAt: number;
  lastAt: number;
  /** It was noted. */
  known: boolean;
}

/** Of one source. */
export interface Received {
  /** Events that were answered with 2xx, those that could not be read included. Only grows. */
  events: number;
  senders: Sender[];
}

/** Counts; see the header. */
export interface ReceivedTally {
  /** `quarantined`: events that could not be read. */
  note(source: string, taken: readonly TakenEvent[], quarantined: number): void;
  /** Writes the rest. Never rejects. */
  close(): Promise<void>;
}

/** Reads; rejects with LongshoreError QUEUE_UNAVAILABLE. */
export interface ReceivedReader {
  read(source: string): Promise<Received>;
  /** These senders are known from now on. */
  note(source: string, ids: readonly string[]): Promise<void>;
}

/** Milliseconds between two writes: a count is complete so long after its request. */
export const RECEIVED_FLUSH_MS = 1_000;
const KEPT_S = 90 * 24 * 3_600;
/** Processes of a source. The one that has been silent longest makes room. */
const MOST_SENDERS = 100;
/** Characters of an address or an id. */
const MOST_LENGTH = 200;

/**
 * KEYS a hash for each source: `events`, and for each sender `f` first, `l` last and `k` known, before its id
 * ARGV seconds to keep, senders to keep; then for each source: events, number of senders, and id, first, last of each
 */
const NOTE = script(`
local at = 3
for _, key in ipairs(KEYS) do
  redis.call('HINCRBY', key, 'events', ARGV[at])
  local senders = tonumber(ARGV[at + 1])
  at = at + 2
  for _ = 1, senders do
    local id = ARGV[at]
    local first, last = redis.call('HGET', key, 'f' .. id), redis.call('HGET', key, 'l' .. id)
    if not first or tonumber(ARGV[at + 1]) < tonumber(first) then redis.call('HSET', key, 'f' .. id, ARGV[at + 1]) end
    if not last or tonumber(ARGV[at + 2]) > tonumber(last) then redis.call('HSET', key, 'l' .. id, ARGV[at + 2]) end
    at = at + 3
  end
  while redis.call('HLEN', key) > 3 * tonumber(ARGV[2]) + 1 do
    local fields, oldest, since = redis.call('HGETALL', key), nil, nil
    for i = 1, #fields, 2 do
      if fields[i]:sub(1, 1) == 'l' and (not since or tonumber(fields[i + 1]) < since) then
        oldest, since = fields[i]:sub(2), tonumber(fields[i + 1])
      end
    end
    if not oldest then break end
    redis.call('HDEL', key, 'f' .. oldest, 'l' .. oldest, 'k' .. oldest)
  end
  redis.call('EXPIRE', key, ARGV[1])
end
return 1
`);

const receivedKey = (prefix: string, source: string): string => storeKey(prefix, 'received', `of:${source}`);

interface Seen {
  events: number;
  senders: Map<string, { firstAt: number; lastAt: number }>;
}

/**
 * @param client of the producer profile: a write that hangs must fail instead of piling up
 * @param isWanted whether a source is counted
 */
export function createReceivedTally(
  client: RedisClient,
  prefix: string,
  isWanted: (source: string) => boolean,
): ReceivedTally {
  let seen = new Map<string, Seen>();
  const flush = async (): Promise<void> => {
    if (seen.size === 0 || !isReady(client)) return;
    const batch = seen;
    seen = new Map();
    const keys = Array.from(batch.keys(), (source) => receivedKey(prefix, source));
    const counts = Array.from(batch.values(), ({ events, senders }) => [
      ...[events, senders.size],
      ...Array.from(senders, ([id, { firstAt, lastAt }]) => [id, firstAt, lastAt]).flat(),
    ]);
    await runScript(client, NOTE, keys, [KEPT_S, MOST_SENDERS, ...counts.flat()]).catch(
      ignore('queue.received'),
    );
  };
  const timer = setInterval(flush, RECEIVED_FLUSH_MS).unref();
  return {
    note(source, taken, quarantined) {
      if (taken.length + quarantined === 0 || !isWanted(source)) return;
      const known = seen.get(source) ?? { events: 0, senders: new Map() };
      seen.set(source, known);
      known.events += taken.length + quarantined;
      for (const { event, receivedAt } of taken) {
        const { addr = '', instanceID } = event.source ?? {};
        if (instanceID === undefined) continue;
        const id = JSON.stringify([addr.slice(0, MOST_LENGTH), instanceID.slice(0, MOST_LENGTH)]);
        const time = Date.parse(event.time ?? event.timestamp ?? '');
        const at = Number.isNaN(time) ? receivedAt : time;
        // The script's time grows with the square of what it has to remove.
        if (known.senders.size >= MOST_SENDERS && !known.senders.has(id)) continue;
        const { firstAt = at, lastAt = at } = known.senders.get(id) ?? {};
        known.senders.set(id, { firstAt: Math.min(firstAt, at), lastAt: Math.max(lastAt, at) });
      }
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** Shares the client, which is the caller's to close. */
export function createReceivedReader(client: RedisClient, prefix: string): ReceivedReader {
  return {
    read: (source) =>
      asking(client, async () => {
        const { events = '0', ...fields } = await client.hgetall(receivedKey(prefix, source));
        const senders = Object.keys(fields).flatMap((field): Sender[] => {
          const id = field.slice(1);
          const pair: unknown = field.startsWith('l') ? JSON.parse(id) : undefined;
          if (!Array.isArray(pair)) return [];
          const lastAt = Number(fields[field]);
          const firstAt = Number(fields[`f${id}`] ?? lastAt);
          const [addr, instance] = pair.map(String);
          return [
            { id, addr: addr ?? '', instance: instance ?? '', firstAt, lastAt, known: `k${id}` in fields },
          ];
        });
        return { events: Number(events), senders };
      }),
    note: (source, ids) =>
      asking(client, async () => {
        if (ids.length > 0)
          await client.hset(
            receivedKey(prefix, source),
            Object.fromEntries(ids.map((id) => [`k${id}`, '1'])),
          );
      }),
  };
}
