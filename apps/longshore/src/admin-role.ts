/** The admin listener over the roles of this process: readiness, metrics and the registry's expvar page. */
import { type Config, type Endpoint, everyEndpoint, maskedUrl } from '@longshore/config';
import { redisFindings } from '@longshore/doctor/redis';
import { createPulseReader } from '@longshore/queue/pulse';
import { createQuarantine } from '@longshore/queue/quarantine';
import { createAdmin } from './admin.js';
import { type Listener, listen, logRefused, recordDropped } from './listen.js';
import { refusedWords } from './load.js';
import type { Role, RoleParts } from './role.js';

const LOG_INTERVAL_MS = 60_000;

/**
 * Opens it.
 * @param absent why a role does not serve yet, or no longer, one line each
 * @param notes notes of the roles for an operator, one line each
 */
export function openAdmin(
  roles: readonly Role[],
  parts: RoleParts,
  absent: () => string[] = () => [],
  notes: () => string[] = () => [],
): Promise<Listener> {
  const { config, observer, version } = parts;

  /** Backlog by endpoint; empty while Redis is unavailable, so that the page still answers. */
  const pending = async (): Promise<Record<string, number>> => {
    const counts = await queueCounts(config(), parts);
    return Object.fromEntries(counts.map(([name, c]) => [name, c.waiting + c.active + c.delayed]));
  };

  const countQueues = queueCounter(parts);
  const app = createAdmin({
    version,
    missing: () => [...absent(), ...missing(roles, parts)],
    notes: () => [
      ...[parts.refused()].flatMap((refused) => (refused ? refusedWords(refused) : [])),
      ...parts.losses(),
      ...notes(),
    ],
    async metrics(accept) {
      // By one role only, so that a sum over processes is correct.
      if (roles.includes('dashboard')) await countQueues();
      return observer.metrics(accept);
    },
    async vars() {
      const endpoints = config().notifications.endpoints.map(shown);
      return observer.registryVars(endpoints, await pending());
    },
  });
  return listen('admin', config().admin.listen, app.callback(), {
    hasSecret: () => false,
    hosts: () => config().admin.hosts,
    onRefused: logRefused('admin', observer),
    onDropped: recordDropped('admin', observer),
  });
}

/** Sets the gauges of queues and stores. When Redis is unavailable, they keep their last values. */
function queueCounter({ config, observer, producer, monitor }: RoleParts): () => Promise<void> {
  const { prefix } = config().redis;
  const pulses = createPulseReader(producer, prefix);
  const quarantine = createQuarantine(producer, prefix);
  let counted: string[] = [];
  const count = async (): Promise<void> => {
    const names = everyEndpoint(config()).map(({ name }) => name);
    const now = Date.now();
    for (const pulse of await pulses.read(names)) {
      const { endpoint, oldestAt = now, failingSince = now, hold } = pulse;
      observer.setQueueCounts(endpoint, pulse);
      observer.setEndpointHealth(endpoint, {
        oldest: Math.max(0, now - oldestAt),
        failing: Math.max(0, now - failingSince),
        isHeld: hold?.state === 'held',
      });
    }
    const { memory: redisMemory } = monitor.health;
    observer.setStores({ quarantined: await quarantine.count(), redisMemory });
    for (const name of counted) if (!names.includes(name)) observer.forgetEndpoint(name);
    counted = names;
  };
  return () =>
    count().catch((err) =>
      observer.throttledLog('queue counts', LOG_INTERVAL_MS).warn({ err }, 'queues could not be counted'),
    );
}

/** The url without secrets. */
const shown = (endpoint: Endpoint) => ({
  headers: {},
  ...endpoint,
  url: 'url' in endpoint ? maskedUrl(endpoint.url) : '',
});

async function queueCounts(config: Config, { inspector }: RoleParts) {
  const names = config.notifications.endpoints.map(({ name }) => name);
  const counted = await Promise.allSettled(
    names.map(async (name) => [name, await inspector.counts(name)] as const),
  );
  return counted.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** The failures that the doctor has of Redis, in one line each. */
function missing(roles: readonly Role[], { monitor }: RoleParts): string[] {
  return redisFindings(monitor.health, roles.includes('ingest'))
    .filter(({ status }) => status === 'fail')
    .map(({ message, fix }) => (fix ? `${message}; ${fix}` : message));
}
