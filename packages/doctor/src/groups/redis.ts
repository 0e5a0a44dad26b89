/** Redis: whether it can be used, and what of it will hurt later. */
import {
  examineRedis,
  examineSentinels,
  type RedisFacts,
  type SentinelFacts,
  type ServerFacts,
} from '@longshore/queue/examine';
import { type Finding, fail, pass, skip, warn } from '../finding.js';
import { clientOf, type DoctorParts } from '../parts.js';
import { redisFindings } from './redis-health.js';
import { untilReady } from './until-ready.js';

const SLOW_PING_MS = 5;
const SKEW_WARN_MS = 2_000;
/** Signatures with a time, tokens and delayed deliveries are wrong by then. */
const SKEW_FAIL_MS = 30_000;
/** Processes that a deployment may have: with all roles each holds four, as bench/speed.mjs measures. */
const CONNECTIONS_OF_A_PROCESS = 4;
const PROCESSES = 32;
const ALL_SLOTS = 16_384;

/** See the header. */
export async function checkRedis(parts: DoctorParts): Promise<Finding[]> {
  const client = clientOf(parts);
  if (!client) {
    const { missing, fix } = parts.redis as { missing: string; fix: string };
    return [fail('usable', missing, fix)];
  }
  await untilReady(client, parts.timeout);
  const { prefix, wait, url, cluster, sentinels: watchers } = parts.config.redis;
  const isEmbedded = url === undefined && cluster.length === 0 && watchers.length === 0;
  const facts = await examineRedis(client, prefix, wait.replicas);
  const sentinels = await examineSentinels(client, parts.timeout);
  const rows = [...redisFindings(facts.health), ...(sentinels ? checkSentinels(sentinels) : [])];
  if (facts.servers.length === 0 && facts.refused.length === 0) return rows;
  return [
    ...rows,
    ...facts.servers.flatMap((server) => checkServer(server, isEmbedded)),
    ...checkTimes(facts),
    ...checkCommands(facts),
    ...checkCluster(facts),
  ];
}

/** One server. @param isEmbedded the relay itself brings the file of that one to the disk, once a second */
export function checkServer(server: ServerFacts, isEmbedded = false): Finding[] {
  const { engine, version, clients, maxClients, fsync, isConfigHidden, delayedFsyncs } = server;
  const found = [checkEngine(engine, version)];
  const needed = PROCESSES * CONNECTIONS_OF_A_PROCESS;
  if (maxClients !== undefined && maxClients - clients < needed) {
    const message = `${clients} of at most ${maxClients} connections are open`;
    found.push(warn('connections', message, 'CONFIG SET maxclients 10000, and in its configuration'));
  }
  if (fsync === 'no' && !isEmbedded) {
    const message = 'appendfsync is no: a power failure loses up to 30 s of acknowledged events';
    found.push(warn('fsync', message, 'CONFIG SET appendfsync everysec, and in its configuration'));
  }
  if (delayedFsyncs > 0) {
    const message = `${delayedFsyncs} writes have waited for the disk since its start`;
    found.push(warn('disk', message, 'give Redis a faster disk, or one of its own'));
  }
  if (isConfigHidden) found.push(skip('fsync', 'CONFIG is refused, so appendfsync is not known'));
  return found;
}

const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  keydb: 'KeyDB does not run the scripts of the queue reliably',
  dragonfly: 'Dragonfly has no append-only file: a restart loses what is queued',
};

/** Which program it is, and how old. */
export function checkEngine(engine: string, version: string): Finding {
  const unsupported = NOT_SUPPORTED[engine];
  if (unsupported) return warn('version', unsupported, 'use Redis 7 or Valkey 7.2 or newer');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const said = `${engine === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
  if (major < 6 || (major === 6 && minor < 2)) {
    return fail('version', `${said} is older than 6.2`, 'use Redis 7 or Valkey 7.2 or newer');
  }
  return major < 7
    ? warn('version', `${said} is old`, 'use Redis 7 or Valkey 7.2 or newer')
    : pass('version', said);
}

/** How fast it answers, and its clock. */
export function checkTimes({
  latencyMs,
  aheadMs,
  servers,
}: Pick<RedisFacts, 'latencyMs' | 'aheadMs' | 'servers'>): Finding[] {
  if (servers.length === 0) return [];
  const ping = `${latencyMs.toFixed(1)} ms for a PING`;
  const skew = Math.abs(aheadMs);
  const clock = `the clock of Redis is ${(skew / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  const fix = 'synchronize both clocks: timedatectl set-ntp true';
  return [
    latencyMs > SLOW_PING_MS
      ? warn(
          'latency',
          `${ping}: each request of a registry waits for several`,
          'move Redis nearer to Longshore',
        )
      : pass('latency', ping),
    skew > SKEW_FAIL_MS
      ? fail('clock', clock, fix)
      : skew > SKEW_WARN_MS
        ? warn('clock', clock, fix)
        : pass('clock', 'as that of this machine'),
  ];
}

const checkCommands = ({ refused }: RedisFacts): Finding[] =>
  refused.map(({ command, why }) =>
    fail(
      'commands',
      `${command} is refused: ${why}`,
      'allow it to this user, and do not connect through a proxy that drops commands',
    ),
  );

/** Whether every key has a place. */
export function checkCluster({ cluster }: Pick<RedisFacts, 'cluster'>): Finding[] {
  if (!cluster) return [];
  const { state, slots } = cluster;
  if (state === 'ok' && slots === ALL_SLOTS) return [pass('cluster', 'serves all slots')];
  return [
    fail(
      'cluster',
      `its state is ${state} and ${slots} of ${ALL_SLOTS} slots are served`,
      'redis-cli --cluster fix HOST:PORT',
    ),
  ];
}

/** Whether enough Sentinels are there to replace the primary. */
export function checkSentinels(sentinels: readonly SentinelFacts[]): Finding[] {
  const away = sentinels.filter(({ answers }) => !answers);
  const troubled = sentinels.filter(({ answers, problem }) => answers && problem !== undefined);
  const found = [
    ...away.map(({ node, problem }) =>
      warn('sentinel', `${node} does not answer: ${problem}`, 'start it, or correct `redis.sentinels`'),
    ),
    ...troubled.map(({ node, problem }) =>
      fail(
        'sentinel',
        `${node}: ${problem}`,
        'start the missing Sentinels, and check `redis.master` and their `quorum`',
      ),
    ),
  ];
  if (found.length > 0) return found;
  return [pass('sentinel', `${sentinels.length} Sentinels answer, and can replace the primary`)];
}
