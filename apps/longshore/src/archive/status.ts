/** `longshore archive status`: what the archive holds, and what waits to be written to it. */
import { type ArchiveSize, archiveSize, type SizedPartition } from '@longshore/archive/keep';
import { createArchiveReader } from '@longshore/archive/read';
import type { Config } from '@longshore/config';
import { formatDuration, formatNumber, formatSize, localTime, utcTime } from '@longshore/event';
import { type Column, table } from '@longshore/operator/terminal';
import { withAdmin } from '../operator/with-admin.js';
import type { Shell } from '../shell.js';
import { withArchive } from './with-archive.js';

/** Options of the command. */
export interface StatusOptions {
  /** Path of the configuration. */
  config: string;
  output: 'table' | 'wide' | 'json';
  json?: boolean;
}

type Coverage = Awaited<ReturnType<ReturnType<typeof createArchiveReader>['coverage']>>;

interface Look {
  size: ArchiveSize;
  coverage: Coverage;
  settings: NonNullable<Config['archive']>;
  /** Undefined: Redis does not answer. */
  queue?: { waiting: number; lagMs: number };
}

/** @returns the exit code */
export async function archiveStatus(options: StatusOptions, shell: Shell): Promise<number> {
  const look = await withArchive(options.config, shell.env, async (archive, { archive: settings }) => {
    const [size, coverage] = await Promise.all([
      archiveSize(archive.pool, Date.now()),
      createArchiveReader(archive).coverage(),
    ]);
    return settings && { size, coverage, settings };
  });
  if (!look) return 1;
  const all: Look = { ...look, queue: await queueOf(options.config, shell) };
  if (options.json || options.output === 'json') shell.print(JSON.stringify(answer(all)));
  else shell.print(text(all, options.output === 'wide').join('\n'));
  return look.size.missing.length === 0 ? 0 : 1;
}

/** PostgreSQL's part is worth printing without Redis. */
async function queueOf(config: string, shell: Shell): Promise<Look['queue']> {
  try {
    return await withAdmin(config, 'longshore archive status', shell, async (admin) => {
      const { waiting, active, delayed, oldestAt } = (await admin.endpoint('archive')).pulse;
      const lagMs = oldestAt === undefined ? 0 : Math.max(0, Date.now() - oldestAt);
      return { waiting: waiting + active + delayed, lagMs };
    });
  } catch (error) {
    shell.warn(`longshore: what waits is not known: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

function answer({ size, coverage, settings, queue }: Look): object {
  const { oldestAt, newestAt, partitions, ...rest } = size;
  return {
    ...rest,
    maxbytes: settings.maxbytes,
    oldest: iso(oldestAt),
    newest: iso(newestAt),
    ...(queue && { waiting: queue.waiting, lagSeconds: queue.lagMs / 1000 }),
    coverage,
    partitions: partitions.map((each) => ({ ...each, since: iso(each.since), until: iso(each.until) })),
  };
}

const COLUMNS: readonly Column[] = [
  { header: 'PARTITION' },
  { header: 'FROM' },
  { header: 'TO' },
  { header: 'ROWS', isNumber: true },
  { header: 'SIZE', isNumber: true },
];

/** The table has the partitions that hold something; `wide`: all of them. */
function text({ size, settings, queue }: Look, wide: boolean): string[] {
  const { bytes, events, oldestAt, newestAt, ahead, missing } = size;
  const { retention, maxbytes } = settings;
  const facts: [string, string][] = [
    ['events', `${formatNumber(events)} (estimate)`],
    ['size', formatSize(bytes) + (maxbytes > 0 ? ` of ${formatSize(maxbytes)}` : '')],
    ['oldest', oldestAt === undefined ? 'none' : localTime(oldestAt)],
    ['newest', newestAt === undefined ? 'none' : localTime(newestAt)],
    ['waiting', queue ? waitingWords(queue) : 'unknown'],
    ['retention', retention > 0 ? formatDuration(retention) : 'none: limited by maxbytes'],
    ['partitions', `${ahead} ahead; missing for the present: ${missing.join(', ') || 'none'}`],
  ];
  const shown = size.partitions.filter(({ rows }) => wide || rows > 0);
  return [
    ...facts.map(([name, value]) => `${name.padEnd(12)}${value}`),
    ...(shown.length > 0 ? ['', ...table(COLUMNS, shown.map(cells))] : []),
  ];
}

const waitingWords = ({ waiting, lagMs }: NonNullable<Look['queue']>): string =>
  waiting === 0 ? '0' : `${formatNumber(waiting)}, the oldest for ${formatDuration(lagMs)}`;

const day = (at: number): string => utcTime(at).slice(0, 10);

const cells = ({ name, since, until, rows, bytes }: SizedPartition): string[] => [
  name,
  day(since),
  day(until),
  formatNumber(rows),
  formatSize(bytes),
];
