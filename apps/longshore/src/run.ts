/**
 * `longshore run`: opens Redis, starts the roles, keeps them in step with the configuration, and stops them
 * in the order in which an event travels, so that nothing is taken that nobody would finish.
 */
import { loadConfig } from '@longshore/config';
import { createObserver } from '@longshore/observe';
import { connect, createInspector, createMonitor } from '@longshore/queue';
import { tellHealth } from './health.js';
import { openRedis } from './redis.js';
import { reloadConfig, watchConfig } from './reload.js';
import type { Role } from './role.js';
import { startRoles } from './roles.js';
import { untilStopped } from './signals.js';
import { version } from './version.js';
import { tellWarnings } from './warnings.js';

/** Milliseconds. */
const REDIS_PATIENCE = 2_000;

export interface RunOptions {
  /** The configuration's path. */
  file: string;
  /** Which roles this process plays; all when empty. */
  roles: readonly Role[];
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Resolves with the exit code once everything has stopped.
 * @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, LISTEN_FAILED and those of the embedded Redis
 */
export async function run({ file, roles, env }: RunOptions): Promise<number> {
  let config = loadConfig(file, env);
  const observer = createObserver({ ...config.log, version });
  tellWarnings(file, env, observer);
  const stopped = untilStopped((signal) => observer.log.info({ signal }, 'stopping'));
  const redis = await openRedis(config, env.PATH, observer);
  const onRedisError = (err: Error): void =>
    observer
      .throttledLog('redis', 10_000)
      .warn({ err, redis: redis.where }, 'Redis connection failed, trying again');
  const producer = connect(redis.address, 'producer', onRedisError);
  const consumer = connect(redis.address, 'consumer', onRedisError);
  const monitor = createMonitor(producer, (health, before) => tellHealth(observer, health, before));
  const inspector = createInspector(producer, config.redis.prefix);

  const parts = { config: () => config, observer, producer, consumer, monitor, inspector, version };
  let exitCode = 0;
  try {
    // With a Redis that is there, `ready` means that the first request is taken; one that is away is no reason not to start.
    await monitor.firstAnswer(REDIS_PATIENCE);
    const running = await startRoles(roles, parts);
    const watcher = watchConfig(file, async (why) => {
      const next = await reloadConfig({ file, env, why, current: config, apply: running.apply, observer });
      if (next) config = next;
    });
    const { endpoints } = config.notifications;
    const { urls } = running;
    observer.log.info({ ...urls, redis: redis.where, endpoints: endpoints.length, version }, 'ready');

    await stopped;
    watcher.close();
    await running.close();
  } catch (error) {
    exitCode = 1;
    throw error;
  } finally {
    monitor.close();
    await inspector.close().catch(() => {});
    producer.disconnect();
    consumer.disconnect();
    await redis.stop();
    observer.log.info({ exitCode }, 'stopped');
    await observer.flush();
  }
  return exitCode;
}
