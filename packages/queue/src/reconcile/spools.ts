/**
 * Spools that hold requests: what is on the disk of an ingest process is on its way, and is not lost. Each process notes
 * its own folder while something is in it; a note outlives the process, because the folder does.
 */
import { ignore } from '@longshore/event';
import { z } from 'zod';
import { asking } from '../asking.js';
import { isReady, type RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { readStored } from '../stored-json.js';

/** Of one folder. */
export interface SpoolNote {
  /** Where it is: `HOST:/path`. */
  place: string;
  requests: number;
  /** When it was noted last, epoch milliseconds. */
  at: number;
}

/** Notes what is in the spool of this process. */
export interface SpoolNotes {
  close(): void;
}

const INTERVAL_MS = 1_000;
/** A note that is still true is written again. Milliseconds. */
const REFRESH_MS = 60_000;
/** A folder of which nothing was heard for so long went with its machine. Milliseconds. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

const noteSchema = z.object({ requests: z.number(), at: z.number() });
const key = (prefix: string): string => storeKey(prefix, 'received', 'spools');

/** @param requests how many there are now */
export function startSpoolNotes(
  client: RedisClient,
  prefix: string,
  { place, requests }: { place: string; requests(): number },
): SpoolNotes {
  let written: { requests: number; at: number } | undefined;
  const timer = setInterval(() => {
    const [now, count] = [Date.now(), requests()];
    const isDue = written?.requests !== count || (count > 0 && now - written.at > REFRESH_MS);
    if (!isDue || !isReady(client)) return;
    const note = { requests: count, at: now };
    written = note;
    const write =
      count > 0 ? client.hset(key(prefix), place, JSON.stringify(note)) : client.hdel(key(prefix), place);
    write.catch((error: unknown) => {
      written = undefined;
      ignore('queue.spools')(error);
    });
  }, INTERVAL_MS).unref();
  return { close: () => clearInterval(timer) };
}

/** Folders that hold something. Rejects with LongshoreError QUEUE_UNAVAILABLE. */
export const readSpoolNotes = (client: RedisClient, prefix: string, now: number): Promise<SpoolNote[]> =>
  asking(client, async () =>
    Object.entries(await client.hgetall(key(prefix))).flatMap(([place, text]) => {
      const note = readStored(noteSchema, text);
      return note && now - note.at < FORGOTTEN_AFTER_MS ? [{ place, ...note }] : [];
    }),
  );
