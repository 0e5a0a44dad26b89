/**
 * The admin service over the Redis of a running relay. Requests of quarantine go through the sources and rules of the
 * relay's configuration in this process; the relay writes their records.
 */
import { hostname, userInfo } from 'node:os';
import type { IngestRecord } from '@longshore/observe/ingest-record';
import { type AdminService, createAdminService, type Replay } from '@longshore/operator';
import type { Actor } from '@longshore/operator/access';
import { createJournal } from '@longshore/queue/journal';
import { createTrail, trailLimits } from '@longshore/queue/trail';
import { type Relay, withRelay } from '../relay.js';
import type { Shell } from '../shell.js';

/** @param by the command, for the records */
export function withAdmin<T>(
  file: string,
  by: string,
  shell: Pick<Shell, 'env' | 'warn'>,
  use: (admin: AdminService) => Promise<T>,
): Promise<T> {
  return withRelay(file, shell.env, async (relay) => {
    const { config, client } = relay;
    const replayer = openReplay(relay, shell);
    const actor = systemUser();
    const admin = createAdminService({ client, config: () => config, by, actor, replay: replayer.replay });
    try {
      return await use(admin);
    } finally {
      await admin.close();
      await replayer.close();
    }
  });
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

/** Ingest's pipeline, opened by the first retry: other commands do not load it. */
function openReplay({ config, client, monitor, prefix }: Relay, shell: Pick<Shell, 'warn'>) {
  const warn = (_: object, message: string): void => shell.warn(`longshore: ${message}`);
  const silent = (): void => {};
  const open = async () => {
    const { createReplayer } = await import('@longshore/ingest');
    const { collectRecords } = await import('@longshore/observe/ingest-record');
    const journal = createJournal<IngestRecord>(client, prefix);
    const records: IngestRecord[] = [];
    const trail = createTrail({
      client,
      prefix,
      limits: () => trailLimits(config.retention.trail, monitor.health.limit),
    });
    const log = { debug: silent, info: silent, warn, error: warn };
    const observer = { ...collectRecords((record) => records.push(record)), log };
    const replayer = createReplayer({ config: () => config, client, monitor, observer, trail });
    return { trail, replayer, flush: () => journal.write(records.splice(0)) };
  };
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  const replay: Replay = async (source, raw) => {
    opened ??= await open();
    const result = await opened.replayer.replay(source, raw);
    await opened.flush();
    return result;
  };
  return {
    replay,
    async close() {
      await opened?.trail.close();
      await opened?.replayer.close();
    },
  };
}
