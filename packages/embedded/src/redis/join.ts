/**
 * Uses the Redis that another live process on this machine runs for the same `datadir`.
 *
 * Its owner decides how long it lives; an idle connection notices when it goes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { type Holder, hostOf } from '../lock.js';
import { isAlive } from '../process-identity.js';
import { publishedSocket, readNote } from './folder.js';
import type { EmbeddedRedis } from './port.js';
import { open, probe } from './resp.js';

/**
 * How long a live owner's Redis may be silent, in milliseconds. An owner that starts on a busy machine first ends the
 * Redis of its predecessor and then starts its own, which can take more than ten seconds.
 */
const ANSWER_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * The holder's Redis once it answers; undefined when the holder ended meanwhile.
 * Throws `DATADIR_LOCKED` when the holder is on another host, or its Redis does not answer for `timeout` ms.
 */
export async function join(
  dir: string,
  { holder, here }: { holder: Holder; here: boolean },
  onWait?: (reason: string) => void,
  timeout = ANSWER_TIMEOUT_MS,
): Promise<EmbeddedRedis | undefined> {
  const who = here ? `process ${holder.pid}` : `process ${holder.pid} on host ${hostOf(holder)}`;
  const locked = (reason: string) => {
    const advice =
      'Stop that process, or give this one its own datadir. Hosts can share a Redis by redis.url.';
    return new LongshoreError('DATADIR_LOCKED', `${dir} is in use by ${who}${reason}. ${advice}`);
  };
  if (!here) throw locked(', whose Redis is unreachable from here');
  let reported = false;
  let until = Date.now() + timeout;
  while (await isAlive(holder)) {
    const socket = await publishedSocket(dir);
    const state = socket ? await probe(socket) : 'silent';
    if (socket && state === 'ready')
      return joined(socket, who, {
        pid: holder.pid,
        configuration: (await readNote(dir))?.configuration,
      });
    if (state === 'loading') until = Date.now() + timeout;
    if (Date.now() > until) throw locked(', whose Redis does not answer');
    if (!reported) onWait?.(`waiting for the Redis of ${who}, which uses ${dir}`);
    reported = true;
    await delay(POLL_MS);
  }
  return undefined;
}

function joined(socket: string, who: string, owner: EmbeddedRedis['owner']): EmbeddedRedis {
  const connection = open(socket).on('error', () => {});
  connection.unref();
  let stopped = false;
  return {
    socket,
    owned: false,
    owner,
    stop: async () => {
      stopped = true;
      connection.destroy();
    },
    exited: new Promise((resolve) => {
      connection.once('close', () => {
        if (!stopped) resolve({ output: `the Redis of ${who} ended` });
      });
    }),
  };
}
