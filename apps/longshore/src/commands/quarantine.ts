/** `longshore quarantine`: its words and options. What it does is in `operator/quarantine.ts`. */
import type { Command } from 'commander';
import type { QuarantineOptions } from '../operator/quarantine.js';
import type { Shell } from '../shell.js';
import { type Action, asAction, asCount, asIds, withConfig } from './options.js';

const EXAMPLES = `
Actions:
  list   the newest first
  show   one in full, with its body
  retry  reads it anew, after an upgrade or a change of the source: what can be
         read is delivered, what cannot stays with the reason of now
  drop   deletes

Examples:
  $ longshore quarantine list --source harbor
  $ longshore quarantine show 5d41402abc4b2a76b9719d911017c592
  $ longshore quarantine retry --since 3d
  $ longshore quarantine drop 5d41402abc4b2a76b9719d911017c592 --yes

A time is how long ago (30m, 2h, 3d) or a date (2026-11-21, 2026-11-21T03:00:00Z).
Exit code 0: done. 1: not found, still unreadable, or the relay does not run. 2: wrong usage.
`;

export function addQuarantine(program: Command, shell: Shell): void {
  const command = program
    .command('quarantine')
    .description('requests that could not be read: kept with the reason')
    .argument('<action>', 'list, show, retry or drop', asAction)
    .argument('[id...]', 'entries; else all that the filter finds', asIds);
  withConfig(command, shell)
    .option('--source <name>', 'that came through this source')
    .option('--since <time>', 'received at this time or later')
    .option('--until <time>', 'received at this time or before')
    .option('--reason <text>', 'a text that the reason contains')
    .option('-n, --limit <count>', 'list: how many at most (default: 20)', asCount)
    .option('-y, --yes', 'drop: do not ask')
    .option('--json', 'print JSON, one object per line')
    .addHelpText('after', EXAMPLES)
    .action(async (action: Action, ids: string[] | undefined, options: QuarantineOptions) => {
      const { quarantine } = await import('../operator/quarantine.js');
      shell.exitWith(await quarantine(action, ids ?? [], options, shell));
    });
}
