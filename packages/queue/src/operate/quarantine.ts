/**
 * What an authenticated sender sent and Longshore could not read: kept with the reason, so that it can be looked at
 * and taken again after a fix. A registry would send it without end, so it is answered 2xx; a sender that never
 * repeats would have lost it. Bounded: above the limit the oldest entry goes of the source that holds most, and the
 * caller is given its id.
 */
import { createHash } from 'node:crypto';
import { QUARANTINED_BODY_BYTES } from '@longshore/event';
import { z } from 'zod';
import { asking } from '../asking.js';
import type { RedisClient } from '../connection.js';
import { storeKey } from '../names.js';
import { runScript } from '../script.js';
import { storedList } from '../stored-json.js';
import { QUARANTINE_DROP, QUARANTINE_KEYS, QUARANTINE_PUT } from './quarantine-script.js';

/** One request, or one event of it, that could not be read. */
export interface QuarantineEntry {
  source: string;
  kind: string;
  reason: string;
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Path that it was posted to. */
  path: string;
  /** Request headers without those that carry secrets. */
  headers: Record<string, string>;
  /** The body, or the one event of it, as sent. */
  body: Buffer;
  /** Length of the body as it was sent, when `body` is only its beginning. */
  bytes?: number;
  /** Where the body does not say which event it is: what does. */
  identity?: string;
}

/** An entry as it is kept. */
export interface Quarantined extends Omit<QuarantineEntry, 'body' | 'bytes' | 'identity'> {
  id: string;
  /** Base64 of the first {@link QUARANTINED_BODY_BYTES}. */
  body: string;
  /** Bytes as sent; more than what is kept when the body was cut. */
  bytes: number;
}

/** Which entries. All that is given must hold. */
export interface QuarantineFilter {
  source?: string;
  /** Received at this time or later; epoch milliseconds. */
  since?: number;
  /** Received at this time or before. */
  until?: number;
  /** Of the entry's reason. */
  reason?(reason: string): boolean;
  ids?: readonly string[];
}

/** Holds what could not be read, within its limits, which its sources share. */
export interface Quarantine {
  /** @returns the entry's id, and the ids of entries that were removed for it. Same source, body and identity: same id. */
  put(entry: QuarantineEntry): Promise<{ id: string; evicted: string[] }>;
  /** Newest first. */
  list(limit?: number): Promise<Quarantined[]>;
  /** Newest first, a few at a time: an entry can have a megabyte. */
  each(filter: QuarantineFilter): AsyncGenerator<Quarantined>;
  /** Those whose body has the text, newest first. At the limits of quarantine this reads 64 MiB. */
  holding(text: string, limit: number): Promise<Quarantined[]>;
  /** @returns undefined when there is none of this id */
  get(id: string): Promise<Quarantined | undefined>;
  /** @returns whether it was there */
  drop(id: string): Promise<boolean>;
  count(): Promise<number>;
}

/** Entries that are read at once. */
const CHUNK = 10;

const MAX_ENTRIES = 1_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** What cannot be read must not crowd out what can. */
const MAX_SHARE = 0.05;

/** The limits in a Redis with so many bytes of maxmemory. */
export const quarantineLimits = (maxmemory: number) => ({
  entries: MAX_ENTRIES,
  bytes: Math.min(MAX_BYTES, maxmemory * MAX_SHARE),
});

/** @param limits asked for at each entry: they change with the memory that Redis may use */
export function createQuarantine(
  client: RedisClient,
  prefix: string,
  limits: () => { entries: number; bytes: number } = () => ({ entries: MAX_ENTRIES, bytes: MAX_BYTES }),
): Quarantine {
  const key = (part: string) => storeKey(prefix, 'quarantine', part);
  const [index, entries] = [key('index'), key('entries')];
  const keys = QUARANTINE_KEYS.map(key);

  return {
    async put({ body, bytes: sent = body.length, identity, ...entry }) {
      const id = createHash('sha256')
        .update(entry.source)
        .update('\0')
        .update(body)
        .update(identity ? `\0${identity}` : '')
        .update(sent > body.length ? `\0${sent}` : '')
        .digest('hex')
        .slice(0, 32);
      const { source, kind, ...more } = entry;
      // In this order: the scripts look for the source at the beginning.
      const kept: Quarantined & { v: number } = {
        id,
        source,
        kind,
        v: VERSION,
        ...more,
        body: body.subarray(0, QUARANTINED_BODY_BYTES).toString('base64'),
        bytes: sent,
      };
      const json = JSON.stringify(kept);
      const { entries: most, bytes } = limits();
      const limit = [most, Math.floor(bytes)];
      const args = [id, entry.receivedAt, entry.source, json, Buffer.byteLength(json), ...limit];
      const evicted = await asking(client, () => runScript(client, QUARANTINE_PUT, keys, args));
      return { id, evicted: Array.isArray(evicted) ? evicted.map(String) : [] };
    },
    async list(limit = 100) {
      const ids = await client.zrevrange(index, 0, limit - 1);
      if (ids.length === 0) return [];
      return (await client.hmget(entries, ...ids)).flatMap(quarantinedFrom);
    },
    async *each(filter) {
      const ids = await asking(client, () => idsOf(client, index, filter));
      for (let start = 0; start < ids.length; start += CHUNK) {
        const found = await asking(client, () => client.hmget(entries, ...ids.slice(start, start + CHUNK)));
        for (const entry of found.flatMap(quarantinedFrom)) if (fits(entry, filter)) yield entry;
      }
    },
    async holding(text, limit) {
      const found: Quarantined[] = [];
      const encoded = inBase64(text);
      const ids = await client.zrevrange(index, 0, -1);
      for (let start = 0; start < ids.length && found.length < limit; start += CHUNK) {
        for (const json of await client.hmgetBuffer(entries, ...ids.slice(start, start + CHUNK))) {
          if (!json || !encoded.some((part) => json.includes(part))) continue;
          const entry = quarantinedFrom(json.toString());
          found.push(...entry.filter(({ body }) => Buffer.from(body, 'base64').includes(text)));
        }
      }
      return found.slice(0, limit);
    },
    get: (id) => asking(client, async () => quarantinedFrom(await client.hget(entries, id))[0]),
    drop: (id) => asking(client, async () => (await runScript(client, QUARANTINE_DROP, keys, [id])) === 1),
    count: () => asking(client, () => client.zcard(index)),
  };
}

/**
 * The text as base64 has it, for each of the three places in a group of three bytes where it may begin. Characters that
 * it shares with what is beside it are left out. Looking for these saves decoding 64 MiB.
 */
function inBase64(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** Newest first; those of the time span, of which there are a thousand at most. */
async function idsOf(
  client: RedisClient,
  index: string,
  { since, until, ids }: QuarantineFilter,
): Promise<string[]> {
  const found = await client.zrevrangebyscore(index, until ?? '+inf', since ?? '-inf');
  return ids ? found.filter((id) => ids.includes(id)) : found;
}

const fits = (entry: Quarantined, { source, reason }: QuarantineFilter): boolean =>
  (source === undefined || entry.source === source) && (!reason || reason(entry.reason));

/** Of an entry that this version writes. */
const VERSION = 1;

const schema = z.object({
  id: z.string(),
  source: z.string(),
  kind: z.string(),
  reason: z.string(),
  receivedAt: z.number(),
  path: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  bytes: z.number(),
});

/** An entry from its JSON in Redis; an empty list where there is none, or none that this version can read. */
const quarantinedFrom = (json: string | null): Quarantined[] => storedList(schema, json);
