/**
 * Starts the roles of this process on one pair of Redis connections, and stops them in the order in which an
 * event travels: ingest first, so that nothing new comes in; then the workers, which finish; then the rest.
 */
import type { Config } from '@longshore/config';
import { createDashboard } from '@longshore/dashboard';
import { createIngest } from '@longshore/ingest';
import type { Observer } from '@longshore/observe';
import { createJanitor } from '@longshore/queue';
import { createWorker, startHousekeeping } from '@longshore/worker';
import { openAdmin } from './admin-role.js';
import { type Listener, listen } from './listen.js';
import { ROLES, type Role, type RoleParts } from './role.js';

/** One role that runs. */
export interface RunningRole {
  /** Its URL, where it listens. */
  url?: string;
  /** Takes over a changed configuration; throws before anything has changed. */
  apply(config: Config): Promise<void>;
  close(): Promise<void>;
}

export interface RunningRoles {
  /** By role and for `admin`: where each listens. */
  urls: Record<string, string>;
  apply(config: Config): Promise<void>;
  close(): Promise<void>;
}

/** Requests in flight get this long when the process stops; ingest and dashboard answer within it. */
const LISTENER_GRACE = 5_000;

/** In the order of stopping. */
const STARTERS: Record<Role, (parts: RoleParts) => Promise<RunningRole>> = {
  ingest: startIngest,
  worker: startWorker,
  dashboard: startDashboard,
};

export async function startRoles(wanted: readonly Role[], parts: RoleParts): Promise<RunningRoles> {
  const roles = ROLES.filter((role) => wanted.length === 0 || wanted.includes(role));
  const running: RunningRole[] = [];
  const close = async (): Promise<void> => {
    for (const role of running) await role.close();
  };
  const urls: Record<string, string> = {};
  try {
    const admin = await openAdmin(roles, parts);
    urls.admin = admin.url;
    for (const role of roles) {
      const started = await STARTERS[role](parts);
      running.push(started);
      if (started.url) urls[role] = started.url;
    }
    running.push({ apply: async () => {}, close: () => admin.close(LISTENER_GRACE) });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    urls,
    async apply(config) {
      for (const role of running) await role.apply(config);
    },
    close,
  };
}

const LOOPBACK = /^(127\.|::1$|localhost$)/;

function warnOfOpenIngest({ ingest, sources }: Config, observer: Observer): void {
  const open =
    Object.keys(ingest.auth).length === 0 && sources.every(({ auth }) => Object.keys(auth).length === 0);
  if (!open || LOOPBACK.test(ingest.listen.host)) return;
  const where = ingest.listen.host || 'all addresses';
  observer.log.warn(
    { listen: where },
    'INGEST IS OPEN: whoever reaches this port can send events; set ingest.auth, or an auth for each source',
  );
}

async function startIngest(parts: RoleParts): Promise<RunningRole> {
  warnOfOpenIngest(parts.config(), parts.observer);
  const ingest = createIngest({ ...parts, client: parts.producer });
  await ingest.apply(parts.config());
  const listener = await listen('ingest', parts.config().ingest.listen, ingest.app.callback());
  return {
    url: listener.url,
    apply: ingest.apply,
    async close() {
      await listener.close(LISTENER_GRACE);
      await ingest.close();
    },
  };
}

async function startWorker(parts: RoleParts): Promise<RunningRole> {
  const { config, consumer, producer, observer, inspector, monitor, version } = parts;
  const worker = createWorker({ client: consumer, observer, version });
  await worker.apply(config());
  const janitor = createJanitor(producer, config().redis.prefix);
  const housekeeping = startHousekeeping({ config, janitor, inspector, monitor, observer });
  return {
    apply: worker.apply,
    async close() {
      await Promise.all([worker.close(), housekeeping.close()]);
      await janitor.close();
    },
  };
}

async function startDashboard({ config, inspector }: RoleParts): Promise<RunningRole> {
  const dashboard = createDashboard(inspector);
  await dashboard.apply(config());
  const listener: Listener = await listen('dashboard', config().dashboard.listen, dashboard.app.callback());
  return { url: listener.url, apply: dashboard.apply, close: () => listener.close(LISTENER_GRACE) };
}
