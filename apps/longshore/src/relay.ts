/**
 * For commands that look into a relay and change what is in it: the configuration, and a connection to its Redis.
 * Starts nothing: the embedded Redis of a relay that does not run is not woken up behind its back.
 */
import type { Config, Env } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { connect, createMonitor, type Monitor, type RedisAddress, type RedisClient } from '@longshore/queue';
import { load } from './load.js';
import { namedRedis } from './named-redis.js';

/** A relay as a command sees it. */
export interface Relay {
  config: Config;
  /** Fails fast. */
  client: RedisClient;
  monitor: Monitor;
  prefix: string;
}

/** Milliseconds for Redis to answer. */
const FIRST_ANSWER_TIMEOUT_MS = 5_000;

/**
 * Does something with the relay of a configuration file, and closes the connection afterwards.
 * @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, RELAY_NOT_RUNNING, and what `use` throws
 */
export async function withRelay<T>(file: string, env: Env, use: (relay: Relay) => Promise<T>): Promise<T> {
  const { config } = load(file, env);
  const { address, where } = await locate(file, config);
  let last: Error | undefined;
  const client = connect(address, 'producer', (error) => {
    last = error;
  });
  const monitor = createMonitor(client, () => {}, config.redis.prefix);
  try {
    if (!(await monitor.firstAnswer(FIRST_ANSWER_TIMEOUT_MS))) {
      const why = monitor.health.trouble;
      if (why && why.cause !== 'away') throw new LongshoreError(why.code, `${where}: ${why.message}`);
      const reason = `Redis does not answer at ${where}: ${last?.message || 'no answer in time'}`;
      if (!namedRedis(config)) throw notRunning(reason, file);
      const next = `see what is wrong with \`longshore doctor --only redis --config ${file}\``;
      throw new LongshoreError('RELAY_NOT_RUNNING', `${reason}; ${next}, or name another file with --config`);
    }
    return await use({ config, client, monitor, prefix: config.redis.prefix });
  } finally {
    monitor.close();
    client.disconnect();
  }
}

async function locate(file: string, config: Config): Promise<{ address: RedisAddress; where: string }> {
  const named = namedRedis(config);
  if (named) return named;
  const { findEmbeddedRedis } = await import('@longshore/embedded/redis');
  const socket = await findEmbeddedRedis(config.datadir);
  if (!socket) throw notRunning(`no relay runs on ${config.datadir}`, file);
  return { address: { socket: () => socket }, where: socket };
}

const notRunning = (reason: string, file: string): LongshoreError =>
  new LongshoreError(
    'RELAY_NOT_RUNNING',
    `${reason}; start the relay of ${file} with \`longshore run --config ${file}\`, or name another file with --config`,
  );
