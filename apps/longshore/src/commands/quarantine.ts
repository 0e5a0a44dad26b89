/** `longshore quarantine`: its options and help. The implementation is in `operator/quarantine.ts`. */
import { type Command, Option } from 'commander';
import type { QuarantineOptions } from '../operator/quarantine.js';
import type { Shell } from '../shell.js';
import { type Action, asAction, asCount, asIdPrefixes, withConfig } from './options.js';

const EXAMPLES = `
Actions:
  list   newest first
  show   one in full, with its body
  retry  parse again after an upgrade or a change of the source: requests that
         parse are delivered, the others stay with their current reason
  drop   delete

Examples:
  $ longshore quarantine list --source harbor -o wide
  $ longshore quarantine show 5d41402abc4b2a76b9719d911017c592
  $ longshore quarantine retry --since 3d
  $ longshore quarantine drop 5d41402abc4b2a76b9719d911017c592 --yes

A time is how long ago (30m, 2h, 3d) or a date (2026-11-21, 2026-11-21T03:00:00Z).
Exit code 0: done. 1: not found, still unreadable, interrupted, or the relay is
not running. 2: wrong usage.
`;

/** Adds the command. */
export function addQuarantine(program: Command, shell: Shell): void {
  const command = program
    .command('quarantine')
    .description('list, show, retry or delete requests that could not be parsed')
    .argument('<action>', 'list, show, retry or drop', asAction)
    .argument(
      '[id...]',
      'requests, by their ids or the first digits; default: all that match the filter',
      asIdPrefixes,
    );
  withConfig(command, shell)
    .option('--source <name>', 'only of this source')
    .option('--since <time>', 'received at this time or later')
    .option('--until <time>', 'received at this time or before')
    .option('--reason <text>', 'text that the reason contains')
    .option('-n, --limit <count>', 'list: maximum number (default: 20)', asCount())
    .addOption(new Option('-o, --output <format>', 'list: how to print').choices(['table', 'wide', 'json']))
    .option('--as <kind>', 'retry: parse as this kind of source, such as harbor')
    .option('-y, --yes', 'drop: without confirmation')
    .option('--json', 'print JSON, one object per line')
    .addHelpText('after', EXAMPLES)
    .action(async (action: Action, ids: string[] | undefined, options: QuarantineOptions) => {
      const { quarantine } = await import('../operator/quarantine.js');
      shell.exitWith(await quarantine(action, ids ?? [], options, shell));
    });
}
