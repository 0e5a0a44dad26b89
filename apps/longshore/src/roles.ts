/**
 * Starts the roles of this process on one pair of Redis connections, and stops them in the order in which an
 * event travels: ingest first, so that nothing new comes in; then the workers, which finish; then the rest.
 * The code of a role is loaded when the role starts: ingest alone takes a quarter less memory than all roles.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@longshore/config';
import { claimLock } from '@longshore/embedded/lock';
import type { IngestParts } from '@longshore/ingest';
import { isIngestRecord } from '@longshore/observe/ingest-record';
import { troubleIn } from '@longshore/queue';
import { createDeliveries } from '@longshore/queue/deliveries';
import { createAgenda, createAlertStore, createLeader, createRetention } from '@longshore/queue/housekeeping';
import { createJournalReader } from '@longshore/queue/journal';
import { startOldestNotes } from '@longshore/queue/lost';
import { createMemoryHistory } from '@longshore/queue/memory';
import { createPulse, createPulseReader } from '@longshore/queue/pulse';
import { createQuarantine } from '@longshore/queue/quarantine';
import type { ReconcilerParts } from '@longshore/worker/reconcile';
import { openAdmin } from './admin-role.js';
import { openArchiveReader } from './archive-reader.js';
import { examineFrom } from './examine-from.js';
import { issuerFetch } from './issuer-fetch.js';
import { type Listener, listen, logRefused, recordDropped } from './listen.js';
import { asksForSecret, warnOfOpenIngest } from './open-ingest.js';
import { openOperatorArchive } from './operator/archive-parts.js';
import { ROLES, type Role, type RoleParts } from './role.js';
import { createSignIns } from './sign-ins.js';

/** One role that runs. */
export interface RunningRole {
  /** Its URL, where it listens. */
  url?: string;
  /** What an operator should know of it, one line each. */
  notes?(): string[];
  /** Looks whether a configuration can be put to work, and returns what does so. Throws without any effect. */
  prepare(config: Config): () => void;
  close(): Promise<void>;
}

/** The roles of this process, with their listeners. */
export interface RunningRoles {
  /** By role and for `admin`: where each listens. */
  urls: Record<string, string>;
  /** All roles take a configuration over, or none does and it throws. */
  apply(config: Config): void;
  close(): Promise<void>;
}

/** Requests in flight get this long when the process stops; ingest and dashboard answer within it. */
const LISTENER_GRACE_MS = 5_000;

/** What the leading worker has begun gets this long when the process stops. */
const DUTIES_GRACE_MS = 5_000;

/** How long a wrong secret's answer is held back; a registry's time-out is 1 s, and its log should say 401. */
const INGEST_HOLD_BACK_MS = 500;
const DASHBOARD_HOLD_BACK_MS = 1_000;

/** The dashboard looks for queues of endpoints that left the configuration, in milliseconds. */
const REFRESH_INTERVAL_MS = 30_000;

/**
 * In the order of starting, which is the order of what can go wrong: workers come last, so that nothing is
 * delivered by a process that then cannot start.
 */
const STARTING = ['dashboard', 'ingest', 'worker'] as const;

const STARTERS: Record<Role, (parts: RoleParts) => Promise<RunningRole>> = {
  ingest: startIngest,
  worker: startWorker,
  dashboard: startDashboard,
};

/** Starts all or none. @param wanted every role when it is empty */
export async function startRoles(wanted: readonly Role[], parts: RoleParts): Promise<RunningRoles> {
  const roles = ROLES.filter((role) => wanted.length === 0 || wanted.includes(role));
  const running = new Map<Role, RunningRole>();
  let admin: Listener | undefined;
  let stopping = false;
  const absent = (): string[] => {
    if (stopping) return ['the process is stopping'];
    return roles.filter((role) => !running.has(role)).map((role) => `the ${role} has not started yet`);
  };
  const notes = () => Array.from(running.values(), (role) => role.notes?.() ?? []).flat();
  const close = async (): Promise<void> => {
    stopping = true;
    const end = (role: Role) => running.get(role)?.close();
    // Neither takes anything new from here on; both finish what is in flight at the same time.
    await Promise.all([end('ingest'), end('worker')]);
    await Promise.all([end('dashboard'), admin?.close(LISTENER_GRACE_MS)]);
  };
  try {
    admin = await openAdmin(roles, parts, absent, notes);
    for (const role of STARTING.filter((name) => roles.includes(name))) {
      running.set(role, await STARTERS[role](parts));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    urls: urlsOf(admin, running),
    apply(config) {
      const ready = Array.from(running.values(), (role) => role.prepare(config));
      for (const commit of ready) commit();
    },
    close,
  };
}

function urlsOf(admin: Listener, running: ReadonlyMap<Role, RunningRole>): Record<string, string> {
  const listening = ROLES.map((role) => [role, running.get(role)?.url] as const);
  return Object.fromEntries(
    [['admin', admin.url] as const, ...listening].flatMap(([name, url]) => (url ? [[name, url]] : [])),
  );
}

async function startIngest(parts: RoleParts): Promise<RunningRole> {
  const { createIngest } = await import('@longshore/ingest');
  const { config, observer } = parts;
  const signIns = createSignIns({ listener: 'ingest', observer, holdBackMs: INGEST_HOLD_BACK_MS });
  const ingest = createIngest({
    ...parts,
    client: parts.producer,
    claim: claimFolder,
    onUnauthorized: signIns.failed,
  });
  await ingest.start();
  const listener = await listen('ingest', config().ingest.listen, ingest.listener, {
    hasSecret: () => asksForSecret(config()),
    hosts: () => config().ingest.hosts,
    onRefused: ingest.onRefused,
    onDropped: recordDropped('ingest', observer),
  }).catch(async (error) => {
    await ingest.close();
    throw error;
  });
  // Of an address that cannot be had there is nothing to warn of.
  warnOfOpenIngest(parts.config(), parts.observer);
  return {
    url: listener.url,
    prepare: ingest.prepare,
    notes: ingest.notes,
    async close() {
      await listener.close(LISTENER_GRACE_MS);
      await ingest.close();
    },
  };
}

/** The lock of the embedded Redis, which distinguishes a killed holder from one that is only stopped. */
const claimFolder: IngestParts['claim'] = async (folder) => {
  const claim = await claimLock(folder);
  return 'lock' in claim ? claim.lock : undefined;
};

async function startWorker(parts: RoleParts): Promise<RunningRole> {
  const {
    createArchiveKeep,
    createOwnPublish,
    createWorker,
    startAlerts,
    startHistoryCopy,
    startHousekeeping,
  } = await import('@longshore/worker');
  const { config, consumer, producer, observer, inspector, monitor, trail, version, archive } = parts;
  const { prefix } = config().redis;
  const leader = createLeader(producer, prefix);
  const store = createAlertStore(producer, prefix, leader);
  const pulse = createPulse(producer, prefix);
  const own = createOwnPublish({ client: producer, prefix, observer, trail });
  const worker = createWorker({
    ...{ client: consumer, observer, pulse, trail, version, publish: own.publish, alerts: store },
    onRedisError: monitor.noteError,
    ...(archive && { archive: archive.writer }),
  });
  worker.prepare(config())();
  observer.workerFetches(worker.lastFetchSeconds);
  const alerts = startAlerts({
    ...{ config, observer, monitor, store, publish: own.publish },
    pulses: createPulseReader(producer, prefix),
    quarantine: createQuarantine(producer, prefix),
    deliveries: createDeliveries(producer, prefix, inspector),
  });
  const made = archive && (await startFromArchive(parts, archive, { leader, publish: own.publish }));
  const retention = createRetention(producer, prefix);
  const oldest = startOldestNotes({
    ...{ client: producer, prefix, leader, known: inspector.known },
    pulses: createPulseReader(producer, prefix),
  });
  const housekeeping = startHousekeeping({
    ...{ config, leader, retention, inspector, monitor, observer, trail },
    memory: createMemoryHistory(producer, prefix),
    agenda: createAgenda(producer, prefix),
    journal: createJournalReader(producer, prefix, isIngestRecord),
    ...(archive && {
      archive: createArchiveKeep({
        archive: archive.archive,
        settings: () => keepSettings(config()),
        observer,
      }),
    }),
  });
  const copy =
    archive && startHistoryCopy({ archive: archive.archive, client: producer, config, leader, observer });
  return {
    prepare(next) {
      const commit = worker.prepare(next);
      return () => {
        commit();
        housekeeping.note(next);
      };
    },
    notes: () => archive?.notes() ?? [],
    async close() {
      oldest.close();
      // Another worker leads while this one finishes what is in flight.
      const duties = [housekeeping.close(), alerts.close(), made?.close(), copy?.close()];
      const stepsDown = endedSoon(duties).then(leader.close);
      await Promise.all([worker.close(), stepsDown]);
      await Promise.all([retention.close(), pulse.close(), own.close()]);
    },
  };
}

/** What is made from the archive, and what compares it with the registries. */
async function startFromArchive(
  { config, observer, version, producer }: RoleParts,
  { archive, ready }: NonNullable<RoleParts['archive']>,
  { leader, publish }: Pick<ReconcilerParts, 'leader' | 'publish'>,
): Promise<{ close(): Promise<void> }> {
  const [{ startImages }, { createOnItsWay, startReconciler }, memory] = await Promise.all([
    import('@longshore/worker'),
    import('@longshore/worker/reconcile'),
    import('@longshore/queue/reconcile'),
  ]);
  const parts = { archive, ready, config, observer, version, leader, publish };
  const { prefix } = config().redis;
  const compared = {
    onItsWay: createOnItsWay(producer, prefix),
    memory: memory.createReconcileMemory(producer, prefix),
    received: memory.createReceivedReader(producer, prefix),
  };
  const running = [startImages(parts), startReconciler({ ...parts, ...compared })];
  return {
    async close() {
      await Promise.all(running.map((one) => one.close()));
    },
  };
}

const keepSettings = ({ archive }: Config) => archive;

/** What waits for a PostgreSQL that hangs ends with the connections to it. Any duty may end anywhere. */
const endedSoon = (duties: readonly (Promise<void> | undefined)[]): Promise<unknown> =>
  Promise.race([Promise.all(duties), pause(DUTIES_GRACE_MS, undefined, { ref: false })]);

/** What pages show of Redis. */
function redisOf({ monitor, losses }: Pick<RoleParts, 'monitor' | 'losses'>) {
  const { up, full, memory, limit } = monitor.health;
  const trouble = troubleIn(monitor.health);
  const warnings = [...(trouble ? [`Ingest answers 503, or spools: ${trouble}`] : []), ...losses()];
  return { up, full, warnings, ...(Number.isFinite(limit) && { memory }) };
}

async function previewOf({ config, version }: RoleParts) {
  const { createPreview } = await import('@longshore/worker/preview');
  return createPreview(config, version);
}

async function startDashboard(parts: RoleParts): Promise<RunningRole> {
  const [dashboardApp, { createAdminService }, { createReplayer, createRepublisher }] = await Promise.all([
    import('@longshore/dashboard'),
    import('@longshore/operator'),
    import('@longshore/ingest'),
  ]);
  const { asksForSignIn, createDashboard } = dashboardApp;
  const { config, refused, producer, inspector, monitor, observer, version } = parts;
  const republisher = createRepublisher({ ...parts, client: producer });
  const archive = parts.archive && (await openArchiveReader(parts.archive, observer));
  const replayer = createReplayer({ ...parts, client: producer });
  const archived = parts.archive && (await openOperatorArchive(parts.archive, observer));
  const admin = createAdminService({
    client: producer,
    config,
    by: 'the dashboard',
    replay: replayer.replay,
    republish: republisher.republish,
    sendTest: republisher.sendTest,
    recordReplayed: async (part) => observer.eventsReplayed(part),
    preview: () => previewOf(parts),
    ...(archived && { archive: archived.parts }),
  });
  const dashboard = createDashboard({
    inspector,
    admin,
    archive: archive?.reader,
    archiveSize: () => archive?.size(config),
    version,
    refused,
    doctor: () => examineFrom(parts),
    fetch: issuerFetch(config),
    signIns: createSignIns({ listener: 'dashboard', observer, holdBackMs: DASHBOARD_HOLD_BACK_MS }),
    redis: () => redisOf(parts),
    onSignInTrouble: (err) =>
      observer.throttledLog('issuer', 10_000).warn({ err }, 'sign-in at the issuer failed'),
    onInternalError: (err) => observer.log.error({ err }, 'request failed inside Longshore'),
  });
  dashboard.prepare(config())();
  const refresh = (): void => {
    if (!monitor.health.up) return;
    dashboard
      .refresh()
      .catch((err) => observer.throttledLog('dashboard', 60_000).warn({ err }, 'queues could not be listed'));
  };
  refresh();
  const timer = setInterval(refresh, REFRESH_INTERVAL_MS);
  const listener = await listen('dashboard', config().dashboard.listen, dashboard.app.callback(), {
    hasSecret: () => asksForSignIn(config()),
    hosts: () => config().dashboard.hosts,
    hasPages: true,
    onRefused: logRefused('dashboard', observer),
    onDropped: recordDropped('dashboard', observer),
  });
  return {
    url: listener.url,
    prepare(next) {
      const commits = [dashboard.prepare(next), replayer.prepare(next)];
      return () => {
        for (const commit of commits) commit();
      };
    },
    async close() {
      clearInterval(timer);
      await Promise.all([listener.close(LISTENER_GRACE_MS), dashboard.close()]);
      await Promise.all([admin.close(), replayer.close(), republisher.close()]);
      await Promise.all([archive?.close(), archived?.close()]);
    },
  };
}
