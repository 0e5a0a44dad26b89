/**
 * Makes BullMQ say what became of an add. Its own script answers with the id either way; here it is wrapped, so
 * that the check and the add are one step in Redis: exact however many processes add at once, and cheaper than a
 * second command. Bound to the pinned version of BullMQ, and a test fails if the hook is lost.
 *
 * The wrapped script takes what BullMQ's `addStandardJob` takes (KEYS[1..9]; ARGV[1] the packed arguments, of
 * which the first is the key prefix, the second the job id, and the ninth is there with `deduplication`; ARGV[3]
 * the packed options). It returns the id of a new job; `known:`, the time at which the job was stored, `:` and the
 * id; or `told:` and the id of the delivery that has the same fact. `deduplication` never reaches BullMQ, which
 * would answer that a delivery is a duplicate of one that retention has removed.
 */
import { createRequire } from 'node:module';
import { COLLAPSE } from './collapse.js';
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
const COLLAPSED = 'told:';

const lua = `
${COLLAPSE}
local function add()
${addStandardJob.content}
end
local packed = cmsgpack.unpack(ARGV[1])
local prefix, id = packed[1], packed[2]
if redis.call('EXISTS', prefix .. id) == 1 then
  return '${KNOWN}' .. (redis.call('HGET', prefix .. id, 'timestamp') or '') .. ':' .. add()
end
if not packed[9] then return add() end

local options = cmsgpack.unpack(ARGV[3])
local asked = options.de
options.de = nil
ARGV[3] = cmsgpack.pack(options)
local added, first = collapse(prefix, id, asked, add)
return added or '${COLLAPSED}' .. first
`;

/** To be called before the first queue is opened on the client: BullMQ keeps a command that is there already. */
export function installAddScript(client: RedisClient): void {
  client.defineCommand(`${addStandardJob.name}:${version}`, { numberOfKeys: addStandardJob.keys, lua });
}

/** What became of an add; empty for a new job. */
export interface Added {
  /** The job was there before: when it was stored, in epoch milliseconds; 0 when that is not known. */
  storedAt?: number;
  /** Id of the delivery that has the same fact: nothing was added. */
  collapsedInto?: string;
}

/** From the id of the job that `queue.add` returned. */
export function addedFrom(id = ''): Added {
  if (id.startsWith(COLLAPSED)) return { collapsedInto: id.slice(COLLAPSED.length) };
  if (!id.startsWith(KNOWN)) return {};
  return { storedAt: Number(id.slice(KNOWN.length, id.indexOf(':', KNOWN.length))) };
}
