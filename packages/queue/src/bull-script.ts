/** BullMQ's own scripts, to be wrapped: bound to the pinned version, and a test fails if a hook is lost. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import type { RedisClient } from './connection.js';

const scriptSchema = z.object({ name: z.string(), content: z.string(), keys: z.number() });

/** A script of BullMQ. */
export type BullScript = z.infer<typeof scriptSchema>;

const require = createRequire(import.meta.url);
const scripts = z.record(z.string(), z.unknown()).parse({ ...require('bullmq/dist/cjs/scripts') });
const { version } = z.object({ version: z.string() }).parse(require('bullmq/dist/cjs/version'));

/** @throws when this version of BullMQ has no such script */
export const bullScript = (name: string): BullScript => scriptSchema.parse(scripts[name]);

/** Runs `lua` in place of the script. To be called before BullMQ opens the client: it keeps a command that is there. */
export function defineBullScript(client: RedisClient, { name, keys }: BullScript, lua: string): void {
  client.defineCommand(`${name}:${version}`, { numberOfKeys: keys, lua });
}

/** BullMQ keeps the time of a delayed job in milliseconds times this, with a counter in the lower bits. */
export const SCORE_PER_MS = 0x1000;
