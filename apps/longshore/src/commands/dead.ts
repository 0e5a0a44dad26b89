/** `longshore dead`: its options and help. The implementation is in `operator/dead.ts`, loaded on use. */
import { type Command, Option } from 'commander';
import type { DeadOptions } from '../operator/dead.js';
import type { Shell } from '../shell.js';
import { type Action, asAction, asCount, asIdPrefixes, asRate, withConfig } from './options.js';

const EXAMPLES = `
Actions:
  list   newest first
  show   one in full, with its last answer and its event
  retry  deliver again with all attempts; keeps the delivery id; safe to repeat.
         It goes to the end of its queue: with order, after newer events
  drop   delete; each deletion is recorded

Examples:
  $ longshore dead list --endpoint alistener --since 2h
  $ longshore dead list --count
  $ longshore dead show 5d41402abc4b2a76b9719d911017c592
  $ longshore dead retry --endpoint alistener --reason 'http_5*' --rate 50
  $ longshore dead retry 5d41402abc4b2a76b9719d911017c592
  $ longshore dead retry --all
  $ longshore dead drop --repository 'sandbox/**' --yes

A time is how long ago (30m, 2h, 3d) or a date (2026-11-21, 2026-11-21T03:00:00Z).
Exit code 0: done. 1: not found, interrupted, or the relay is not running.
2: wrong usage.
`;

/** Adds the command. */
export function addDead(program: Command, shell: Shell): void {
  const command = program
    .command('dead')
    .description('list, show, retry or delete dead-lettered deliveries')
    .argument('<action>', 'list, show, retry or drop', asAction)
    .argument(
      '[id...]',
      'deliveries, by their ids or the first digits; default: all that match the filter',
      asIdPrefixes,
    );
  withConfig(command, shell)
    .option('-e, --endpoint <name>', 'only of this endpoint')
    .option('--since <time>', 'dead-lettered at this time or later')
    .option('--until <time>', 'dead-lettered at this time or before')
    .option('--repository <glob>', 'only of these repositories; ** crosses slashes')
    .option('--reason <reason>', 'reason of the last attempt, or a glob of it: http_503, timeout …')
    .option('-n, --limit <count>', 'list: maximum number (default: 20)', asCount())
    .option('--answer <text>', 'text that the last answer contains')
    .option('--count', 'list: how many by endpoint, reason and answer, instead of each')
    .addOption(new Option('-o, --output <format>', 'list: how to print').choices(['table', 'wide', 'json']))
    .option('--rate <number>', 'retry: deliveries a second; 0 for no limit (default: 100)', asRate)
    .option(
      '--all',
      'retry: every dead-lettered delivery of all endpoints, without a filter and without confirmation',
    )
    .option('-y, --yes', 'drop: without confirmation')
    .option('--json', 'print JSON, one object per line')
    .addHelpText('after', EXAMPLES)
    .action(async (action: Action, ids: string[] | undefined, options: DeadOptions) => {
      const { dead } = await import('../operator/dead.js');
      shell.exitWith(await dead(action, ids ?? [], options, shell));
    });
}
