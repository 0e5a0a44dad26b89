/**
 * Keeps an embedded server running: when it dies, or the process that owned it ends, it is started again on the
 * same data. Ingest answers 503 meanwhile and workers wait; the clients ask for the new socket as they reconnect.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Configuration, EmbeddedOptions, EmbeddedServer } from '@longshore/embedded';
import { type EmbeddedRedisOptions, startEmbeddedRedis } from '@longshore/embedded/redis';
import type { Observer } from '@longshore/observe';

/** Before another try when it could not be started, in milliseconds. */
const RETRY_AFTER_MS = 5_000;
const STOP_TIMEOUT_MS = 500;
const WARNING_INTERVAL_MS = 60_000;

/** In full, to be found by the words of a log line. */
const WARNS = { Redis: 'the embedded Redis warns', PostgreSQL: 'the embedded PostgreSQL warns' };

/** An embedded server, restarted when it stops. */
export interface KeptServer {
  /** Path of the socket of the server that runs now. */
  socket(): string;
  stop(): Promise<void>;
}

/** How the log reports an embedded server. */
type Reports = Required<Pick<EmbeddedRedisOptions, 'onWait' | 'onTrouble' | 'onWarning'>>;

/** @throws LongshoreError REDIS_NOT_FOUND, REDIS_START_FAILED, DATADIR_LOCKED at the first start */
export function keepEmbeddedRedis(options: EmbeddedRedisOptions, observer: Observer): Promise<KeptServer> {
  return keepEmbedded('Redis', options, observer, (reports) =>
    startEmbeddedRedis({ ...options, ...reports }),
  );
}

/** @param name of the program, for the log. Throws what the first `start` throws */
export async function keepEmbedded(
  name: keyof typeof WARNS,
  { datadir, configuration }: EmbeddedOptions,
  observer: Observer,
  start: (reports: Reports) => Promise<EmbeddedServer>,
): Promise<KeptServer> {
  const { log } = observer;
  const stopping = new AbortController();
  const startReported = async (): Promise<EmbeddedServer> => {
    const server = await start({
      onWait: (reason) => log.info({ datadir }, reason),
      onTrouble: (reason) => log.error({ datadir }, reason),
      onWarning: (line) =>
        observer.throttledLog(`embedded ${line}`, WARNING_INTERVAL_MS).warn({ line }, WARNS[name]),
    });
    warnOfOtherConfiguration(name, server, configuration, observer);
    return server;
  };
  let current = await startReported();

  const startAgain = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        current = await startReported();
        return;
      } catch (err) {
        log.error({ err }, `the embedded ${name} cannot be started, trying again`);
        await pause(RETRY_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { output } = await current.exited;
      if (stopping.signal.aborted) return;
      const what = current.owned
        ? `the embedded ${name} has died`
        : `the process that ran the embedded ${name} has ended`;
      log.error({ output }, `${what}; starting one on the same data`);
      await current.stop();
      await startAgain();
    }
  };
  const keeping = keep().catch((err) =>
    log.error({ err }, `supervision of the embedded ${name} failed; restart Longshore`),
  );

  return {
    socket: () => current.socket,
    async stop() {
      stopping.abort();
      await current.stop();
      // One that was being started meanwhile is ended too.
      await Promise.race([keeping, current.exited, pause(STOP_TIMEOUT_MS)]);
      await current.stop();
    },
  };
}

/** Two relays of one `datadir` share its queues: each would deliver to the endpoints of its own configuration alone. */
function warnOfOtherConfiguration(
  name: string,
  { owner }: EmbeddedServer,
  own: Configuration | undefined,
  { log }: Observer,
): void {
  const theirs = owner?.configuration;
  // One file that was changed meanwhile is still one configuration.
  if (!theirs || !own || theirs.file === own.file || theirs.fingerprint === own.fingerprint) return;
  log.warn(
    { pid: owner.pid, theirs: theirs.file, own: own.file },
    `shares the ${name} of pid ${owner.pid}, which has another configuration (${theirs.file}); give this relay a datadir of its own unless that is meant`,
  );
}
