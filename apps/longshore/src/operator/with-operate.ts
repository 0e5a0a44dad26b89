/**
 * What an operator does, over the Redis of a relay that runs. Requests of quarantine are taken by the sources and
 * rules of the relay's configuration in this process; what would be recorded is left to the relay.
 */
import { createOperate, type Operate, type Replay } from '@longshore/dashboard/operate';
import { collectRecords, type IngestRecord } from '@longshore/observe';
import { createJournal, createTrail, trailLimits } from '@longshore/queue/operator';
import { type Relay, withRelay } from '../relay.js';
import type { Shell } from '../shell.js';

/** @param by the command, for the records */
export function withOperate<T>(
  file: string,
  by: string,
  shell: Shell,
  use: (operate: Operate, relay: Relay) => Promise<T>,
): Promise<T> {
  return withRelay(file, shell.env, async (relay) => {
    const { config, client } = relay;
    const taking = openReplay(relay, shell);
    const operate = createOperate({ client, config: () => config, by, replay: taking.replay });
    try {
      return await use(operate, relay);
    } finally {
      await operate.close();
      await taking.close();
    }
  });
}

function openReplay({ config, client, monitor, prefix }: Relay, shell: Shell) {
  const journal = createJournal<IngestRecord>(client, prefix);
  const records: IngestRecord[] = [];
  const warn = (_: object, message: string): void => shell.warn(`longshore: ${message}`);
  const silent = (): void => {};
  const open = async () => {
    // Only who retries needs the sources.
    const { createReplayer } = await import('@longshore/ingest');
    const trail = createTrail({
      client,
      prefix,
      limits: () => trailLimits(config.retention.trail, monitor.health.limit),
    });
    const log = { debug: silent, info: silent, warn, error: warn };
    const observer = { ...collectRecords((record) => records.push(record)), log };
    return { trail, replayer: createReplayer({ config: () => config, client, monitor, observer, trail }) };
  };
  let opened: Awaited<ReturnType<typeof open>> | undefined;
  const replay: Replay = async (source, raw) => {
    opened ??= await open();
    const taken = await opened.replayer.replay(source, raw);
    await journal.write(records.splice(0));
    return taken;
  };
  return {
    replay,
    async close() {
      await opened?.trail.close();
      await opened?.replayer.close();
    },
  };
}
