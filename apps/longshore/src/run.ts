/**
 * `longshore run`: opens Redis, starts the roles, keeps them in step with the configuration, and stops them
 * in the order in which an event travels, so that nothing is taken that would not be finished.
 */
import { type Env, givingUpTimes } from '@longshore/config';
import { createObserver } from '@longshore/observe';
import { connect, createMonitor, type RedisHealth } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { healthLog } from './health.js';
import { announceReadiness } from './readiness.js';
import { openRedis } from './redis.js';
import { type InForce, load, reloadConfig, tellWarnings } from './reload.js';
import type { Role } from './role.js';
import { startRoles } from './roles.js';
import type { Surroundings } from './shell.js';
import { untilStopped } from './signals.js';
import { openTrail } from './trail.js';
import { version } from './version.js';
import { waitUntilStable, watchConfig } from './watch.js';

/** Milliseconds to wait for the first answer of Redis; one that is away is no reason not to start. */
const REDIS_TIMEOUT_MS = 2_000;
const LOG_INTERVAL_MS = 10_000;

/** Options of the command. */
export interface RunOptions {
  /** The configuration's path. */
  file: string;
  /** Which roles this process plays; all when empty. */
  roles: readonly Role[];
  env: Env;
  /** Stop and reload it. */
  signals: Surroundings['signals'];
  /** In place of stdout. */
  log?: Surroundings['log'];
}

/**
 * Resolves with the exit code once everything has stopped.
 * @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, LISTEN_FAILED and those of the embedded Redis
 */
export async function run({ file, roles, env, signals, log: destination }: RunOptions): Promise<number> {
  const watcher = watchConfig(file, undefined, signals);
  await waitUntilStable(file);
  const loaded = load(file, env);
  const { config } = loaded;
  let inForce: InForce = { config };
  const observer = createObserver({ ...config.log, version, destination });
  const { log } = observer;
  observer.configLoaded(Date.now());
  tellWarnings(file, loaded.warnings, observer);
  const stopped = untilStopped(signals, (signal) =>
    log.info({ signal, hint: 'a second signal ends the process at once' }, 'stopping'),
  );

  // Reading a large append-only file back may take minutes; a signal to stop must not wait for that.
  const redis = await Promise.race([openRedis(config, env.PATH, observer, file), stopped]);
  if (redis) {
    let connecting = true;
    const onRedisError = (err: Error): void => {
      if (!connecting) return;
      observer
        .throttledLog('redis', LOG_INTERVAL_MS)
        .warn({ err, redis: redis.where }, 'Redis connection failed, trying again');
    };
    const producer = connect(redis.address, 'producer', onRedisError);
    const consumer = connect(redis.address, 'consumer', onRedisError);
    const health = healthLog(observer);
    const readiness = announceReadiness(observer, () => monitor.health);
    const onChange = (now: RedisHealth): void => {
      health.seen(now);
      readiness.seen(now);
    };
    // A role that acknowledges nothing can do its job without replicas.
    const acknowledges = roles.length === 0 || roles.includes('ingest');
    const monitor = createMonitor(producer, onChange, config.redis.prefix, () =>
      acknowledges ? inForce.config.redis.wait.replicas : 0,
    );
    const inspector = createInspector(producer, config.redis.prefix);
    const shared = { config: () => inForce.config, observer, producer, monitor };
    const trail = openTrail(shared);
    const refused = () => inForce.refused;
    const parts = { ...shared, refused, consumer, inspector, trail, version };
    let started = false;
    try {
      await monitor.firstAnswer(REDIS_TIMEOUT_MS);
      health.begin(monitor.health);
      const running = await startRoles(roles, parts);
      started = true;
      watcher.onChange((why) => {
        inForce = reloadConfig({ file, env, why, current: inForce, apply: running.apply, observer });
      });
      const { endpoints } = config.notifications;
      const delivers = roles.length === 0 || roles.includes('worker');
      const giveUpAfter = delivers && endpoints.length > 0 ? givingUpTimes(endpoints) : undefined;
      const counted = { endpoints: endpoints.length, giveUpAfter };
      readiness.serving({ ...running.urls, redis: redis.where, ...counted, version });
      await stopped;
      readiness.stop();
      watcher.close();
      await running.close();
    } finally {
      connecting = false;
      readiness.stop();
      watcher.close();
      await trail.close();
      monitor.close();
      producer.disconnect();
      consumer.disconnect();
      await redis.stop();
      // Lines that were held back come first: `stopped` is the last.
      await observer.flush();
      if (started) log.info({}, 'stopped');
      await observer.flush();
    }
  }
  return 0;
}
