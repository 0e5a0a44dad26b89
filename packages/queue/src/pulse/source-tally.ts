/**
 * What came from each source in the last day, by quarters of an hour. Ingest counts in its process and writes once a
 * second, all sources in one script; a process that is killed takes its last second along. Counting never waits and
 * never fails.
 */
import { ignore } from '@longshore/event';
import { asking } from '../asking.js';
import { isReady, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { runScript, script } from '../script.js';
import { DAY_RING, RING_LUA, readRing } from './ring.js';

/** What is counted of a source. */
export interface SourceCounts {
  /** Events accepted. */
  accepted: number;
  /** Events or requests that went into quarantine. */
  quarantined: number;
  /** Requests that went to the spool. */
  spooled: number;
}

/** A quarter of an hour of a source. */
export interface SourceQuarter extends SourceCounts {
  /** Its start, epoch milliseconds. */
  at: number;
}

/** Of one source. */
export interface SourceActivity {
  source: string;
  /** 96, oldest first. */
  quarters: SourceQuarter[];
}

/** Counts; see the header. */
export interface SourceTally {
  note(source: string, counts: Partial<SourceCounts>): void;
  /** Writes the rest. Never rejects. */
  close(): Promise<void>;
}

const FLUSH_INTERVAL_MS = 1_000;
const DAY_S = 25 * 3_600;

/**
 * KEYS[1] names: set of sources; then the ring of each source
 * ARGV seconds to keep, quarter, slots, bytes, then name, accepted, quarantined, spooled for each source
 */
const NOTE = script(`${RING_LUA}
for i = 2, #KEYS do
  local first = 4 * i - 3
  local offset, isNew = slot(KEYS[i], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]))
  if offset then
    for place = 1, 3 do
      if ARGV[first + place] ~= '0' then add(KEYS[i], offset, place, ARGV[first + place]) end
    end
    if isNew then
      redis.call('EXPIRE', KEYS[i], ARGV[1])
      redis.call('SADD', KEYS[1], ARGV[first])
      redis.call('EXPIRE', KEYS[1], ARGV[1])
    end
  end
end
return 1
`);

const namesKey = (prefix: string): string => storeKey(prefix, 'sources', 'names');
const ringKey = (prefix: string, source: string): string => storeKey(prefix, 'sources', `day:${source}`);

/** @param client of the producer profile: a write that hangs must fail instead of piling up */
export function createSourceTally(
  client: RedisClient,
  prefix: string,
  now: () => number = Date.now,
): SourceTally {
  let seen = new Map<string, SourceCounts>();
  const flush = async (): Promise<void> => {
    if (seen.size === 0 || !isReady(client)) return;
    const batch = seen;
    seen = new Map();
    const keys = [namesKey(prefix), ...Array.from(batch.keys(), (source) => ringKey(prefix, source))];
    const quarter = Math.floor(now() / DAY_RING.slotMs);
    const counts = Array.from(batch, ([source, { accepted, quarantined, spooled }]) => [
      ...[source, accepted, quarantined, spooled],
    ]);
    const args = [DAY_S, quarter, DAY_RING.slots, DAY_RING.bytes, ...counts.flat()];
    await runScript(client, NOTE, keys, args).catch(ignore('queue.sources'));
  };
  const timer = setInterval(flush, FLUSH_INTERVAL_MS).unref();
  return {
    note(source, counts) {
      const known = seen.get(source) ?? { accepted: 0, quarantined: 0, spooled: 0 };
      known.accepted += counts.accepted ?? 0;
      known.quarantined += counts.quarantined ?? 0;
      known.spooled += counts.spooled ?? 0;
      seen.set(source, known);
    },
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

/** Sources of which something came in the last day. @throws LongshoreError QUEUE_UNAVAILABLE */
export function readSources(client: RedisClient, prefix: string, now: number): Promise<SourceActivity[]> {
  return asking(client, async () => {
    const names = (await client.smembers(namesKey(prefix))).toSorted();
    const rings = await Promise.all(names.map((source) => client.getBuffer(ringKey(prefix, source))));
    return names.flatMap((source, n) => {
      const quarters = readRing(rings[n] ?? null, DAY_RING, now).map(({ at, slot }) => ({
        at,
        accepted: slot?.readUInt32BE(4) ?? 0,
        quarantined: slot?.readUInt32BE(8) ?? 0,
        spooled: slot?.readUInt32BE(12) ?? 0,
      }));
      const hasAny = quarters.some(
        ({ accepted, quarantined, spooled }) => accepted + quarantined + spooled > 0,
      );
      return hasAny ? { source, quarters } : [];
    });
  });
}
