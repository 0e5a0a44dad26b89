/** Notes in Redis that this process runs, for `longshore doctor` on any machine. */
import { hostname } from 'node:os';
import { ignore } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import { createProcesses, PROCESS_INTERVAL_MS } from '@longshore/queue/examine';
import { ROLES, type Role } from './role.js';
import { version } from './version.js';

/**
 * While Redis is unavailable a note is written when it is back.
 * @param roles all when it is empty
 * @returns what ends it: nothing is known of this process afterwards; never rejects
 */
export function startProcessNotes(
  client: RedisClient,
  prefix: string,
  roles: readonly Role[],
): () => Promise<void> {
  const processes = createProcesses(client, prefix);
  const name = `${hostname()}:${process.pid}`;
  const forget = ignore('processes.note');
  const played = ROLES.filter((role) => roles.length === 0 || roles.includes(role));
  let writing: Promise<unknown> = Promise.resolve();
  const write = (): void => {
    if (client.status !== 'ready') return;
    writing = processes.note({ name, roles: played, version }).catch(forget);
  };
  write();
  client.on('ready', write);
  const timer = setInterval(write, PROCESS_INTERVAL_MS).unref();
  return async () => {
    clearInterval(timer);
    client.off('ready', write);
    await writing;
    if (client.status !== 'ready') return;
    await processes.clear(name).catch(forget);
  };
}
