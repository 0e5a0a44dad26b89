/** `longshore archive`: its options and help. The implementations are in `archive/`, loaded on use. */
import { type Command, Option } from 'commander';
import type { ExportOptions } from '../archive/export.js';
import type { PruneOptions } from '../archive/prune.js';
import type { StatusOptions } from '../archive/status.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const STATUS = `
Examples:
  $ longshore archive status
  $ longshore archive status -o json | jq .bytes

Rows are PostgreSQL's estimate. Exit code 0: every table has its partition.
1: one is missing, or the archive is unavailable. 2: wrong usage.
`;

const EXPORT = `
Examples:
  $ longshore archive export --since 2026-11-01 --until 2026-12-01 > november.ndjson
  $ longshore archive export --since 7d --out ./export

Oldest first, by the events' own time: --since is included, --until is not.
With --out each day of UTC is a file, events-YYYY-MM-DD.ndjson, of the whole day
also where --since or --until is within it. A second run skips the days that are
complete: those written a day after their end or later.
`;

const PRUNE = `
Examples:
  $ longshore archive prune --before 90d
  $ longshore archive prune --before 2026-10-01 --yes

Drops whole partitions: of a month, or a day with archive.partition: day. One
that has anything newer stays, and so does that of the present. This cannot be
undone; "longshore archive export" keeps a copy.
`;

/** Adds the command. */
export function addArchive(program: Command, shell: Shell): void {
  const command = program.command('archive').description('size, export and pruning of the archive');
  const add = (name: string, summary: string): Command =>
    withConfig(command.command(name), shell).description(summary);
  add('status', 'what it holds, how large it is, and what waits to be written')
    .addOption(
      new Option('-o, --output <format>', 'how to print').choices(['table', 'wide', 'json']).default('table'),
    )
    .option('--json', 'the same as -o json')
    .addHelpText('after', STATUS)
    .action(async (options: StatusOptions) => {
      const { archiveStatus } = await import('../archive/status.js');
      shell.exitWith(await archiveStatus(options, shell));
    });
  add('export', 'events as lines of JSON, on stdout or in a file for each day')
    .option('--since <time>', 'from this time; default: the oldest event')
    .option('--until <time>', 'up to this time; default: now')
    .addOption(new Option('--format <format>', 'of the lines').choices(['ndjson']).default('ndjson'))
    .option('--out <folder>', 'write files into this folder')
    .addHelpText('after', EXPORT)
    .action(async (options: ExportOptions) => {
      const { archiveExport } = await import('../archive/export.js');
      shell.exitWith(await archiveExport(options, shell));
    });
  add('prune', 'drop what is older than a time')
    .requiredOption('--before <time>', 'drop partitions that end at this time or before')
    .option('-y, --yes', 'without confirmation')
    .option('--json', 'print as JSON')
    .addHelpText('after', PRUNE)
    .action(async (options: PruneOptions) => {
      const { archivePrune } = await import('../archive/prune.js');
      shell.exitWith(await archivePrune(options, shell));
    });
}
