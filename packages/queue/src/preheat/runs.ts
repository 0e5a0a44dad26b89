/**
 * The last runs of each preheat endpoint, newest first, with the table of their parts. Capped by number and by size:
 * history to read, so that removing a run loses no work.
 */
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress } from 'node:zlib';
import { ignore, type PreheatPart, type PreheatRun } from '@longshore/event';
import { z } from 'zod';
import type { RedisClient } from '../connection.js';
import { storedList } from '../stored-json.js';
import { keysOf } from './keys.js';

const pack = promisify(brotliCompress);
const unpack = promisify(brotliDecompress);

/** Parts that are listed of one run; the rest is only counted. */
const MOST_PARTS = 2_000;

/** The runs of every endpoint. */
export interface PreheatRuns {
  /** Stores a run and removes all but the last `keep`. The same run again replaces it. */
  add(run: PreheatRun, keep: number): Promise<void>;
  /** Newest first. */
  list(endpoint: string, limit?: number): Promise<PreheatRun[]>;
}

/**
 * KEYS ids (list), runs (hash). ARGV id, run, how many are kept.
 */
const ADD = `
if redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) == 1 then redis.call('LPUSH', KEYS[1], ARGV[1]) end
while redis.call('LLEN', KEYS[1]) > tonumber(ARGV[3]) do
  redis.call('HDEL', KEYS[2], redis.call('RPOP', KEYS[1]))
end
return 1
`;

/** Reads with any client, also one that fails fast. */
export function createPreheatRuns(client: RedisClient, prefix: string): PreheatRuns {
  const keys = (endpoint: string): [string, string] => {
    const key = keysOf({ prefix, endpoint });
    return [key('runs'), key('run')];
  };
  return {
    async add(run, keep) {
      const packed = (await pack(JSON.stringify({ v: VERSION, ...shortened(run) }))).toString('base64');
      await client.eval(ADD, 2, ...keys(run.endpoint), run.id, packed, keep);
    },
    async list(endpoint, limit = 50) {
      const [ids, runs] = keys(endpoint);
      const wanted = await client.lrange(ids, 0, limit - 1);
      if (wanted.length === 0) return [];
      const found = await client.hmget(runs, ...wanted);
      return (await Promise.all(found.flatMap((packed) => (packed ? [read(packed)] : [])))).flat();
    },
  };
}

/** Of a run that this version writes. */
const VERSION = 1;

const schema = z.object({
  kind: z.literal('copy').optional(),
  id: z.string(),
  endpoint: z.string(),
  deliveryId: z.string(),
  repository: z.string(),
  tag: z.string().optional(),
  digest: z.string().optional(),
  result: z.enum(['succeeded', 'partial', 'failed', 'skipped', 'dryrun']),
  detail: z.string().optional(),
  receivedAt: z.number(),
  startedAt: z.number(),
  finishedAt: z.number(),
  rateLimit: z.object({ limit: z.number().optional(), remaining: z.number() }).optional(),
  tally: z.object({
    blobs: z.number(),
    bytes: z.number(),
    warmed: z.number(),
    already: z.number(),
    asked: z.number(),
    skipped: z.number(),
    failed: z.number(),
  }),
  parts: z.array(
    z.object({
      target: z.string(),
      role: z.enum(['index', 'manifest', 'config', 'layer']),
      digest: z.string(),
      size: z.number().optional(),
      platform: z.string().optional(),
      result: z.enum(['warmed', 'already', 'asked', 'skipped', 'failed']),
      reason: z.string().optional(),
      detail: z.string().optional(),
      bytes: z.number().optional(),
    }),
  ),
  omitted: z.number().optional(),
});

/** Another version may have packed it in another way. */
const read = async (packed: string): Promise<PreheatRun[]> =>
  unpack(Buffer.from(packed, 'base64')).then(
    (json) => storedList(schema, json.toString()),
    (error) => ignore('queue.stored')(error) ?? [],
  );

/** Failed parts are listed first, whatever has to be left out. */
function shortened(run: PreheatRun): PreheatRun {
  const rank = ({ result }: PreheatPart): number => (result === 'failed' ? 0 : 1);
  const parts = run.parts.toSorted((a, b) => rank(a) - rank(b));
  if (parts.length <= MOST_PARTS) return { ...run, parts };
  return { ...run, parts: parts.slice(0, MOST_PARTS), omitted: parts.length - MOST_PARTS };
}
