/**
 * Makes BullMQ tell whether a job was known already. Its own script answers with the id either way; here it is
 * wrapped, so that the look and the add are one step in Redis: exact however many processes add at once, and
 * cheaper than a second command. Bound to the pinned version of BullMQ, and a test fails if the hook is lost.
 *
 * The wrapped script takes what BullMQ's `addStandardJob` takes (KEYS[1..9]; ARGV[1] the packed arguments, of
 * which the first is the key prefix and the second the job id) and returns the id, or `known:` and the id.
 */
import { createRequire } from 'node:module';
import type { RedisClient } from './connection.js';

interface BullScript {
  name: string;
  content: string;
  keys: number;
}

const require = createRequire(import.meta.url);
const { addStandardJob } = require('bullmq/dist/cjs/scripts') as { addStandardJob: BullScript };
const { version } = require('bullmq/dist/cjs/version') as { version: string };

const KNOWN = 'known:';

const lua = `
local function add()
${addStandardJob.content}
end
local packed = cmsgpack.unpack(ARGV[1])
local known = redis.call('EXISTS', packed[1] .. packed[2])
local id = add()
if known == 1 then return '${KNOWN}' .. id end
return id
`;

/** To be called before the first queue is opened on the client: BullMQ keeps a command that is there already. */
export function tellKnownJobs(client: RedisClient): void {
  client.defineCommand(`${addStandardJob.name}:${version}`, { numberOfKeys: addStandardJob.keys, lua });
}

/** From the id of the job that `queue.add` returned. */
export function wasKnown(id: string | undefined): boolean {
  return id?.startsWith(KNOWN) ?? false;
}
