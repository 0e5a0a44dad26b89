/** What was received and is not in the archive yet: a comparison must not take it for lost. */
import { ARCHIVE_ENDPOINT } from '@longshore/config';
import { plural } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import { createDeadLetters } from '@longshore/queue/dead';
import { createPulseReader } from '@longshore/queue/pulse';
import { readSpoolNotes } from '@longshore/queue/spools';

/** Methods reject with LongshoreError QUEUE_UNAVAILABLE. */
export interface OnItsWay {
  /** Undefined: nothing waits. */
  oldest(): Promise<Waiting | undefined>;
  /** Whether requests are on the disk of an ingest process. */
  isSpooled(): Promise<boolean>;
  /** Tags of a source, as `repository:tag`, of which the archive has an event in its dead letters. */
  dead(source: string): Promise<ReadonlySet<string>>;
}

/** What waits. */
export interface Waiting {
  /** Epoch milliseconds when ingest took the oldest; of requests on a disk it is not known, and 0. */
  since: number;
  /** In words. */
  what: string;
}

const PAGE = 500;

/** Shares the client, which is the caller's to close. */
export function createOnItsWay(client: RedisClient, prefix: string): OnItsWay {
  const pulses = createPulseReader(client, prefix);
  const endpoints = [ARCHIVE_ENDPOINT];
  const letters = createDeadLetters(client, prefix, { known: async () => endpoints });
  const spools = () => readSpoolNotes(client, prefix, Date.now());
  return {
    async oldest() {
      const [spool] = await spools();
      if (spool)
        return { since: 0, what: `${spool.place} has ${plural(spool.requests, 'request')} in its spool` };
      const since = (await pulses.read(endpoints))[0]?.oldestAt;
      if (since === undefined) return undefined;
      const at = new Date(since).toISOString();
      return { since, what: `the archive is behind: what was received at ${at} is not in it yet` };
    },
    isSpooled: async () => (await spools()).length > 0,
    async dead(source) {
      const found = new Set<string>();
      for (let after: Parameters<typeof letters.page>[2]; ; ) {
        const { items, next } = await letters.page({ endpoints }, PAGE, after);
        for (const { event } of items) {
          const { repository, tag } = event?.view ?? {};
          if (event?.source === source && tag !== undefined) found.add(`${repository}:${tag}`);
        }
        if (!next) return found;
        after = next;
      }
    },
  };
}
