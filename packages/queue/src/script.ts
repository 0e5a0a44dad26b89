/** Lua in Redis by its digest: the text travels once for each server, not with each call. */
import { createHash } from 'node:crypto';
import type { RedisClient } from './connection.js';

/** A script and its digest. */
export interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** To be made once, when its module is loaded. */
export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') });

/** All keys of one call must be in one slot. */
export async function runScript(
  client: RedisClient,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await client.evalsha(sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.eval(lua, keys.length, ...keys, ...args);
  }
}

/** {@link runScript}, with texts of the answer as bytes. */
export async function runScriptBuffer(
  client: RedisClient,
  { lua, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await client.callBuffer('EVALSHA', sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.callBuffer('EVAL', lua, keys.length, ...keys, ...args);
  }
}
