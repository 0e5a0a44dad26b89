/** The admin listener over the roles of this process: what each needs to do its job, and the live numbers. */
import { type Config, type Endpoint, everyEndpoint, maskedUrl } from '@longshore/config';
import { troubleIn } from '@longshore/queue';
import { createPulseReader, createQuarantine } from '@longshore/queue/operator';
import { createAdmin } from './admin.js';
import { type Listener, listen, logRefused, recordDropped } from './listen.js';
import { refusedWords } from './reload.js';
import type { Role, RoleParts } from './role.js';

/** Milliseconds between two lines about the same trouble. */
const QUIET = 60_000;

/**
 * @param absent why a role does not serve yet, or no more, one line each
 * @param notes what the roles of this process have to say, one line each
 */
export function openAdmin(
  roles: readonly Role[],
  parts: RoleParts,
  absent: () => string[] = () => [],
  notes: () => string[] = () => [],
): Promise<Listener> {
  const { config, observer, version } = parts;

  /** Counts by endpoint; empty while Redis is away, so that the page answers all the same. */
  const pending = async (): Promise<Record<string, number>> => {
    const counts = await queueCounts(config(), parts);
    return Object.fromEntries(counts.map(([name, c]) => [name, c.waiting + c.active + c.delayed]));
  };

  const pulses = createPulseReader(parts.producer, config().redis.prefix);
  const quarantine = createQuarantine(parts.producer, config().redis.prefix);
  /** The page answers all the same, with the numbers of before. */
  const tellUncounted = (err: unknown): void =>
    observer.throttledLog('queue counts', QUIET).warn({ err }, 'queues could not be counted');
  let counted: string[] = [];
  const countQueues = async (): Promise<void> => {
    const endpoints = everyEndpoint(config());
    const now = Date.now();
    for (const pulse of await pulses.read(endpoints.map(({ name }) => name))) {
      const { endpoint, oldestAt = now, failingSince = now } = pulse;
      observer.setQueueCounts(endpoint, pulse);
      observer.setEndpointHealth(endpoint, {
        oldest: Math.max(0, now - oldestAt),
        failing: Math.max(0, now - failingSince),
      });
    }
    const { memory: redisMemory } = parts.monitor.health;
    observer.setStores({ quarantined: await quarantine.count(), redisMemory });
    const names = new Set(endpoints.map(({ name }) => name));
    for (const name of counted) if (!names.has(name)) observer.forgetEndpoint(name);
    counted = [...names];
  };

  const app = createAdmin({
    version,
    missing: () => [...absent(), ...missing(roles, parts)],
    notes: () => [
      ...[parts.refused()].flatMap((refused) => (refused ? refusedWords(refused) : [])),
      ...notes(),
    ],
    async metrics() {
      // By one role only, so that a sum over processes is right.
      if (roles.includes('dashboard')) await countQueues().catch(tellUncounted);
      return observer.metrics();
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

/** The url without what may be a secret in it. */
const shown = (endpoint: Endpoint) => ({ ...endpoint, url: maskedUrl(endpoint.url) });

async function queueCounts(config: Config, { inspector }: RoleParts) {
  const names = config.notifications.endpoints.map(({ name }) => name);
  const counted = await Promise.allSettled(
    names.map(async (name) => [name, await inspector.counts(name)] as const),
  );
  return counted.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

function missing(roles: readonly Role[], { monitor }: RoleParts): string[] {
  const { up, full, memory } = monitor.health;
  const trouble = troubleIn(monitor.health);
  if (!up) return [trouble ?? 'Redis does not answer; look at redis.url and at Redis itself'];
  const reasons: string[] = [];
  if (trouble) reasons.push(trouble);
  if (roles.includes('ingest') && full) {
    reasons.push(
      `Redis is at ${Math.round(memory * 100)} % of its maxmemory: ingest answers 503, or spools, until workers have drained`,
    );
  }
  return reasons;
}
