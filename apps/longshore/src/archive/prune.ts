/** `longshore archive prune`: drops partitions by hand. Asks before, and leaves a record. */
import { partitionsBefore, prune } from '@longshore/archive/keep';
import { formatSize, LongshoreError, plural, utcTime } from '@longshore/event';
import type { IngestRecord } from '@longshore/observe/ingest-record';
import { createActs } from '@longshore/operator/access';
import { parseTime } from '@longshore/operator/schemas';
import { createJournal } from '@longshore/queue/journal';
import { confirmed } from '../operator/confirm.js';
import { systemUser } from '../operator/with-admin.js';
import { withRelay } from '../relay.js';
import type { Shell } from '../shell.js';
import { withArchive } from './with-archive.js';

/** Options of the command. */
export interface PruneOptions {
  /** Path of the configuration. */
  config: string;
  before: string;
  yes?: boolean;
  json?: boolean;
}

/** @returns the exit code */
export function archivePrune(options: PruneOptions, shell: Shell): Promise<number> {
  const now = Date.now();
  const before = parseTime('--before', options.before, now);
  if (before > now) throw new LongshoreError('REQUEST_INVALID', '--before is in the future');
  return withArchive(options.config, shell.env, async ({ pool }) => {
    const found = await partitionsBefore(pool, before);
    if (found.length === 0) {
      shell.warn(`longshore: no partition ends at ${utcTime(before)} or before`);
      if (options.json) shell.print('[]');
      return 0;
    }
    const names = found.map(({ name }) => name).join(', ');
    const question = `Drop ${plural(found.length, 'partition')} with everything in ${found.length === 1 ? 'it' : 'them'} (${names})?`;
    if (!(await confirmed(question, options.yes))) return 1;
    const dropped = await withActs(options.config, shell, async (acts) => {
      const act = { action: 'archive.prune', filter: { before: new Date(before).toISOString() } };
      const end = await acts.many(act, async () => {
        const gone = await prune(pool, found);
        if (!gone)
          throw new LongshoreError(
            'REQUEST_INVALID',
            'the relay is dropping partitions; try again in a minute',
          );
        return { count: gone.length, gone };
      });
      return end.gone;
    });
    if (options.json) shell.print(JSON.stringify(dropped));
    else shell.print(dropped.map(({ name, bytes }) => `dropped ${name}, ${formatSize(bytes)}`).join('\n'));
    return 0;
  });
}

/** The record of what was done is written by the worker that leads. */
function withActs<T>(
  file: string,
  shell: Shell,
  use: (acts: ReturnType<typeof createActs>) => Promise<T>,
): Promise<T> {
  return withRelay(file, shell.env, ({ client, config }) => {
    const journal = createJournal<IngestRecord>(client, config.redis.prefix);
    return use(createActs({ journal, actor: systemUser(), via: 'longshore archive prune', now: Date.now }));
  });
}
