/**
 * Keeps an embedded Redis running: when it dies, or the process that owned it ends, it is started again on the
 * same data. Ingest answers 503 meanwhile and workers wait; the clients ask for the new socket as they reconnect.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type EmbeddedRedis, type EmbeddedRedisOptions, startEmbeddedRedis } from '@longshore/embedded/redis';
import type { Observer } from '@longshore/observe';

/** Before another try when it could not be started, in milliseconds. */
const RETRY_AFTER_MS = 5_000;
const STOP_TIMEOUT_MS = 500;
const WARNING_INTERVAL_MS = 60_000;
const WARNS = 'the embedded Redis warns';

/** The embedded Redis, restarted when it stops. */
export interface KeptRedis {
  /** Path of the socket of the Redis that runs now. */
  socket(): string;
  stop(): Promise<void>;
}

/** @throws LongshoreError REDIS_NOT_FOUND, REDIS_START_FAILED, DATADIR_LOCKED at the first start */
export async function keepEmbeddedRedis(
  options: EmbeddedRedisOptions,
  observer: Observer,
): Promise<KeptRedis> {
  const { log } = observer;
  const { datadir, configuration } = options;
  const stopping = new AbortController();
  const start = async (): Promise<EmbeddedRedis> => {
    const redis = await startEmbeddedRedis({
      ...options,
      onWait: (reason) => log.info({ datadir }, reason),
      onTrouble: (reason) => log.error({ datadir }, reason),
      onWarning: (line) =>
        observer.throttledLog(`embedded ${line}`, WARNING_INTERVAL_MS).warn({ line }, WARNS),
    });
    warnOfOtherConfiguration(redis, configuration, observer);
    return redis;
  };
  let current = await start();

  const startAgain = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        current = await start();
        return;
      } catch (err) {
        log.error({ err }, 'the embedded Redis cannot be started, trying again');
        await pause(RETRY_AFTER_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const { output } = await current.exited;
      if (stopping.signal.aborted) return;
      const what = current.owned
        ? 'the embedded Redis has died'
        : 'the process that ran the embedded Redis has ended';
      log.error({ output }, `${what}; starting one on the same data`);
      await current.stop();
      await startAgain();
    }
  };
  const keeping = keep().catch((err) =>
    log.error({ err }, 'supervision of the embedded Redis failed; restart Longshore'),
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
  { owner }: EmbeddedRedis,
  own: EmbeddedRedisOptions['configuration'],
  { log }: Observer,
): void {
  const theirs = owner?.configuration;
  // One file that was changed meanwhile is still one configuration.
  if (!theirs || !own || theirs.file === own.file || theirs.fingerprint === own.fingerprint) return;
  log.warn(
    { pid: owner.pid, theirs: theirs.file, own: own.file },
    `shares the Redis of pid ${owner.pid}, which has another configuration (${theirs.file}); give this relay a datadir of its own unless that is meant`,
  );
}
