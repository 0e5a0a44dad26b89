/** What is PostgreSQL's own among embedded servers. */
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerKind } from '../kind.js';
import { isAlive } from '../process-identity.js';
import { PORT, probe } from './probe.js';

/** How often a server of another process is looked at, in milliseconds. */
const WATCH_INTERVAL_MS = 500;

/** See {@link ServerKind}. */
export const POSTGRES: ServerKind = {
  name: 'PostgreSQL',
  folder: 'postgres',
  socket: `.s.PGSQL.${PORT}`,
  setting: 'archive.url',
  startFailed: 'POSTGRES_START_FAILED',
  loading: 'waiting for PostgreSQL to recover its data',
  probe: async (socket) => {
    const state = await probe(dirname(socket));
    return state === 'busy' ? 'loading' : state;
  },
  // The fast shutdown: it ends connections, writes everything and stops.
  async end({ pid }) {
    process.kill(pid, 'SIGINT');
  },
  // PostgreSQL ends a connection that does not sign in, and one that does would hold a backend.
  async watch(_socket, note, stopped) {
    while (note && !stopped.aborted && (await isAlive(note))) {
      await delay(WATCH_INTERVAL_MS, undefined, { ref: false, signal: stopped }).catch(() => {});
    }
  },
};
