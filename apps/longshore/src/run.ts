/**
 * `longshore run`: opens Redis, starts the roles, keeps them in step with the configuration, and stops them
 * in the order in which an event travels, so that nothing is taken that would not be finished.
 */
import {
  type Config,
  certificateExpiries,
  type Env,
  everyEndpoint,
  fileReferences,
  givingUpTimes,
} from '@longshore/config';
import { createObserver, type Observer } from '@longshore/observe';
import { connect, createMonitor, type RedisHealth } from '@longshore/queue';
import { watchForLoss } from '@longshore/queue/lost';
import { createInspector, createPauses } from '@longshore/queue/operator';
import { startTracing, type Tracing } from '@longshore/tracing/export';
import { openRelayArchive, type RelayArchive } from './archive.js';
import { healthLog } from './health.js';
import { load } from './load.js';
import { lossNotes, reportLoss } from './losses.js';
import { startProcessNotes } from './process-notes.js';
import { announceReadiness } from './readiness.js';
import { type OpenRedis, openRedis } from './redis.js';
import { startRefusalNotes } from './refusal-notes.js';
import { type InForce, logWarnings, reloadConfig } from './reload.js';
import type { Role, RoleParts } from './role.js';
import { startRoles } from './roles.js';
import type { Surroundings } from './shell.js';
import { untilStopped } from './signals.js';
import { openTrail } from './trail.js';
import { version } from './version.js';
import { type Watcher, waitUntilStable, watchConfig } from './watch.js';

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
export async function run(options: RunOptions): Promise<number> {
  const { file, env, signals, log: destination } = options;
  const watcher = watchConfig(file, undefined, signals);
  await waitUntilStable(file);
  const { config, warnings } = load(file, env);
  watcher.follow(fileReferences(config));
  const observer = createObserver({ ...config.log, version, destination });
  const { log } = observer;
  observer.configLoaded(Date.now());
  observer.certificatesExpire(certificateExpiries(config));
  logWarnings(file, warnings, observer);
  const stopped = untilStopped(signals, (signal) =>
    log.info({ signal, hint: 'a second signal ends the process at once' }, 'stopping'),
  );
  const tracing = await startTracing(env, {
    version,
    onTrouble: (message) => observer.throttledLog('tracing', LOG_INTERVAL_MS).warn({}, message),
  });
  // Reading a large append-only file back may take minutes; a signal to stop must not wait for that.
  const redis = await Promise.race([openRedis(config, env.PATH, observer, file), stopped]);
  if (!redis) return 0;
  try {
    // So may a PostgreSQL that recovers.
    const opening = openArchiveFor(options.roles, config, observer).then((archive) => ({ archive }));
    const opened = await Promise.race([opening, stopped]);
    if (opened && 'archive' in opened) {
      await serve(options, { config, observer, watcher, redis, stopped, tracing, ...opened });
    }
  } finally {
    await redis.stop();
  }
  return 0;
}

interface Serving {
  config: Config;
  observer: Observer;
  watcher: Watcher;
  redis: OpenRedis;
  archive: RelayArchive | undefined;
  tracing: Tracing | undefined;
  stopped: Promise<unknown>;
}

/** Runs the roles until the process is to stop. What was opened is closed however that ends. */
async function serve({ file, roles, env }: RunOptions, serving: Serving): Promise<void> {
  const { config, observer, watcher, redis, archive, tracing, stopped } = serving;
  let inForce: InForce = { config };
  // A role that acknowledges nothing can do its job without replicas.
  const acknowledges = roles.length === 0 || roles.includes('ingest');
  const connections = openConnections(redis, {
    observer,
    prefix: config.redis.prefix,
    replicas: () => (acknowledges ? inForce.config.redis.wait.replicas : 0),
  });
  const { producer, monitor, health, readiness } = connections;
  const inspector = createInspector(producer, config.redis.prefix);
  const pauses = createPauses(producer, config.redis.prefix, inspector);
  const watch = watchForLoss({
    ...{ client: producer, prefix: config.redis.prefix, pauses },
    remember: () => inspector.remember(everyEndpoint(inForce.config).map(({ name }) => name)),
    onLoss: (loss) => reportLoss(observer, loss),
  });
  const trail = openTrail({ config: () => inForce.config, observer, producer, monitor });
  const parts: RoleParts = {
    ...{ ...connections, observer, inspector, trail, version, archive, file, env },
    config: () => inForce.config,
    refused: () => inForce.refused,
    losses: () => lossNotes(watch.last()),
  };
  const refusals = startRefusalNotes(producer, config.redis.prefix);
  let started = false;
  let forgetProcess: (() => Promise<void>) | undefined;
  try {
    await monitor.firstAnswer(REDIS_TIMEOUT_MS);
    health.begin(monitor.health);
    const running = await startRoles(roles, parts);
    started = true;
    forgetProcess = startProcessNotes(producer, config.redis.prefix, roles);
    watcher.onChange((why) => {
      inForce = reloadConfig({ file, env, why, current: inForce, apply: running.apply, observer });
      refusals.changed(inForce.refused);
      watcher.follow(fileReferences(inForce.config));
    });
    readiness.serving({
      ...running.urls,
      redis: redis.where,
      archive: archive?.where,
      traces: tracing?.url,
      ...summary(config, roles),
      version,
    });
    await stopped;
    readiness.stop();
    watcher.close();
    await running.close();
  } finally {
    watcher.close();
    watch.close();
    await Promise.all([refusals.close(), forgetProcess?.()]);
    await trail.close();
    await archive?.close();
    connections.close();
    await redis.stop();
    await tracing?.close();
    // Lines that were held back come first: `stopped` is the last.
    await observer.flush();
    if (started) observer.log.info({}, 'stopped');
    await observer.flush();
  }
}

/** A process that only takes events needs no archive. */
async function openArchiveFor(roles: readonly Role[], config: Config, observer: Observer) {
  const plays = (role: Role): boolean => roles.length === 0 || roles.includes(role);
  if (!plays('worker') && !plays('dashboard')) return undefined;
  return openRelayArchive(config, observer, plays('worker'));
}

interface ConnectionParts {
  observer: Observer;
  prefix: string;
  /** How many replicas `redis.wait` asks for, where this process acknowledges events. */
  replicas(): number;
}

/** Both connections to Redis, and what the log says of their health. */
function openConnections({ address, where }: OpenRedis, parts: ConnectionParts) {
  const { observer, prefix, replicas } = parts;
  let open = true;
  const onError = (err: Error): void => {
    if (!open) return;
    const { warn } = observer.throttledLog('redis', LOG_INTERVAL_MS);
    warn({ err, redis: where }, 'Redis connection failed, trying again');
  };
  const producer = connect(address, 'producer', onError);
  const consumer = connect(address, 'consumer', onError);
  const health = healthLog(observer);
  const readiness = announceReadiness(observer, () => monitor.health);
  const onChange = (now: RedisHealth): void => {
    health.seen(now);
    readiness.seen(now);
  };
  const monitor = createMonitor(producer, onChange, prefix, replicas);
  const close = (): void => {
    open = false;
    readiness.stop();
    monitor.close();
    producer.disconnect();
    consumer.disconnect();
  };
  return { producer, consumer, monitor, health, readiness, close };
}

/** What the `ready` line says of the configuration. */
function summary({ notifications }: Config, roles: readonly Role[]) {
  const { endpoints } = notifications;
  const delivers = (roles.length === 0 || roles.includes('worker')) && endpoints.length > 0;
  return { endpoints: endpoints.length, giveUpAfter: delivers ? givingUpTimes(endpoints) : undefined };
}
