/**
 * The admin service over the Redis of a running relay. Requests of quarantine go through the sources and rules of the
 * relay's configuration in this process; the relay writes their records.
 */
import { hostname, userInfo } from 'node:os';
import type { Config } from '@longshore/config';
import type { TakenEvent } from '@longshore/event';
import type { IngestRecord } from '@longshore/observe/ingest-record';
import { type AdminService, createAdminService, type Replay } from '@longshore/operator';
import type { Actor } from '@longshore/operator/access';
import type { Preview } from '@longshore/operator/explain';
import type { ReplayedPart, Republish } from '@longshore/operator/replay';
import { createJournal } from '@longshore/queue/journal';
import { createTrail, trailLimits } from '@longshore/queue/trail';
import { type Relay, withRelay } from '../relay.js';
import type { Shell } from '../shell.js';
import { version } from '../version.js';
import { lazyArchive } from './archive-parts.js';
import { openCommandArchive } from './command-archive.js';

/** @param by the command, for the records */
export function withAdmin<T>(
  file: string,
  by: string,
  shell: Pick<Shell, 'env' | 'warn'>,
  use: (admin: AdminService) => Promise<T>,
): Promise<T> {
  return withRelay(file, shell.env, async (relay) => {
    const { config, client } = relay;
    const ingest = lazyIngest(relay, shell);
    const archive = config.archive && lazyArchive(() => openCommandArchive(config, file));
    const admin = createAdminService({
      ...(archive && { archive: archive.parts }),
      ...{ client, config: () => config, by, actor: systemUser() },
      ...{ replay: ingest.replay, republish: ingest.republish, recordReplayed: ingest.recordReplayed },
      sendTest: ingest.sendTest,
      preview: () => commandPreview(config),
    });
    try {
      return await use(admin);
    } finally {
      await admin.close();
      await ingest.close();
      await archive?.close();
    }
  });
}

/** What renders requests of this configuration. */
export async function commandPreview(config: Config): Promise<Preview> {
  const { createPreview } = await import('@longshore/worker/preview');
  return createPreview(() => config, version);
}

/** Who may read the configuration, with its secrets, may do everything. */
export function systemUser(): Actor {
  return { name: userName(), kind: 'command', role: 'admin', addr: hostname() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have no name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Ingest's pipelines, opened by the first retry or replay: other commands do not load them. */
function lazyIngest(relay: Relay, shell: Pick<Shell, 'warn'>) {
  let opening: ReturnType<typeof openIngest> | undefined;
  const opened = () => (opening ??= openIngest(relay, shell));
  const replay: Replay = async (source, raw) => {
    const { replayer, flush } = await opened();
    const result = await replayer.replay(source, raw);
    await flush();
    return result;
  };
  const republish: Republish = async (...args) => (await opened()).republisher.republish(...args);
  return {
    replay,
    republish,
    async sendTest(taken: TakenEvent, endpoint: string): Promise<void> {
      const { republisher, flush } = await opened();
      await republisher.sendTest(taken, endpoint);
      await flush();
    },
    async recordReplayed(part: ReplayedPart) {
      const { observer, records, flush } = await opened();
      // One that could not be written comes again.
      if (!records.some(({ fields }) => fields === part)) observer.eventsReplayed(part);
      await flush();
    },
    async close() {
      const { trail, replayer, republisher } = (await opening) ?? {};
      await trail?.close();
      await Promise.all([replayer?.close(), republisher?.close()]);
    },
  };
}

async function openIngest({ config, client, monitor, prefix }: Relay, shell: Pick<Shell, 'warn'>) {
  const { createReplayer, createRepublisher } = await import('@longshore/ingest');
  const { collectRecords } = await import('@longshore/observe/ingest-record');
  const journal = createJournal<IngestRecord>(client, prefix);
  const records: IngestRecord[] = [];
  const limits = () => trailLimits(config.retention.trail, monitor.health.limit);
  const trail = createTrail({ client, prefix, limits });
  const warn = (_: object, message: string): void => shell.warn(`longshore: ${message}`);
  const silent = (): void => {};
  const log = { debug: silent, info: silent, warn, error: warn };
  const observer = { ...collectRecords((record) => records.push(record)), log };
  const parts = { config: () => config, client, monitor, observer, trail };
  const flush = async (): Promise<void> => {
    const written = records.slice();
    await journal.write(written);
    records.splice(0, written.length);
  };
  const [replayer, republisher] = [createReplayer(parts), createRepublisher(parts)];
  return { trail, replayer, republisher, observer, records, flush };
}
