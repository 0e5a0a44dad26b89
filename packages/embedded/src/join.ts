/**
 * Uses the server that another live process on this machine runs for the same `datadir`.
 *
 * Its owner decides how long it lives.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { publishedSocket, readNote } from './folder.js';
import type { ServerKind, ServerNote } from './kind.js';
import { type Holder, hostOf } from './lock.js';
import type { EmbeddedServer } from './port.js';
import { isAlive } from './process-identity.js';

/**
 * How long a live owner's server may be silent, in milliseconds. An owner that starts on a busy machine first ends the
 * server of its predecessor and then starts its own, which can take more than ten seconds.
 */
const ANSWER_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * The holder's server once it answers; undefined when the holder ended meanwhile.
 * Throws `DATADIR_LOCKED` when the holder is on another host, or its server does not answer for `timeout` ms.
 */
export async function join(
  kind: ServerKind,
  dir: string,
  { holder, here }: { holder: Holder; here: boolean },
  onWait?: (reason: string) => void,
  timeout = ANSWER_TIMEOUT_MS,
): Promise<EmbeddedServer | undefined> {
  const who = here ? `process ${holder.pid}` : `process ${holder.pid} on host ${hostOf(holder)}`;
  const locked = (reason: string) => {
    const advice = `Stop that process, or give this one its own datadir. Hosts can share a ${kind.name} by ${kind.setting}.`;
    return new LongshoreError('DATADIR_LOCKED', `${dir} is in use by ${who}${reason}. ${advice}`);
  };
  if (!here) throw locked(`, whose ${kind.name} is unreachable from here`);
  let reported = false;
  let until = Date.now() + timeout;
  while (await isAlive(holder)) {
    const socket = await publishedSocket(dir);
    const state = socket ? await kind.probe(socket) : 'silent';
    if (socket && state === 'ready') {
      const note = await readNote(kind, dir);
      return joined(kind, socket, note, { who, pid: holder.pid });
    }
    if (state === 'loading') until = Date.now() + timeout;
    if (Date.now() > until) throw locked(`, whose ${kind.name} does not answer`);
    if (!reported) onWait?.(`waiting for the ${kind.name} of ${who}, which uses ${dir}`);
    reported = true;
    await delay(POLL_MS);
  }
  return undefined;
}

function joined(
  kind: ServerKind,
  socket: string,
  note: ServerNote | undefined,
  { who, pid }: { who: string; pid: number },
): EmbeddedServer {
  const stopping = new AbortController();
  const gone = kind.watch(socket, note, stopping.signal);
  return {
    socket,
    owned: false,
    owner: { pid, configuration: note?.configuration },
    stop: async () => stopping.abort(),
    exited: new Promise((resolve) => {
      void gone.then(
        () => stopping.signal.aborted || resolve({ output: `the ${kind.name} of ${who} ended` }),
      );
    }),
  };
}
