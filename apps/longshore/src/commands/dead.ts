/** `longshore dead`: its words and options. What it does is in `operator/dead.ts`, loaded when it is called. */
import type { Command } from 'commander';
import type { DeadOptions } from '../operator/dead.js';
import type { Shell } from '../shell.js';
import { type Action, asAction, asCount, asIds, asRate, withConfig } from './options.js';

const EXAMPLES = `
Actions:
  list   the newest first
  show   one in full: its last answer and its event
  retry  gives all attempts again; keeps the delivery id; twice is safe
  drop   deletes; each is recorded

Examples:
  $ longshore dead list --endpoint alistener --since 2h
  $ longshore dead show 5d41402abc4b2a76b9719d911017c592
  $ longshore dead retry --endpoint alistener --reason 'http_5*' --rate 50
  $ longshore dead retry 5d41402abc4b2a76b9719d911017c592
  $ longshore dead retry --all
  $ longshore dead drop --repository 'sandbox/**' --yes

A time is how long ago (30m, 2h, 3d) or a date (2026-11-21, 2026-11-21T03:00:00Z).
Exit code 0: done. 1: not found, stopped, or the relay does not run. 2: wrong usage.
`;

export function addDead(program: Command, shell: Shell): void {
  const command = program
    .command('dead')
    .description('the dead-letter set: deliveries whose attempts are used up')
    .argument('<action>', 'list, show, retry or drop', asAction)
    .argument('[id...]', 'deliveries; else all that the filter finds', asIds);
  withConfig(command, shell)
    .option('-e, --endpoint <name>', 'of this endpoint')
    .option('--since <time>', 'dead at this time or later')
    .option('--until <time>', 'dead at this time or before')
    .option('--repository <glob>', 'of these repositories; ** crosses slashes')
    .option('--reason <reason>', 'reason of the last attempt, or a glob: http_503, timeout …')
    .option('-n, --limit <count>', 'list: how many at most (default: 20)', asCount)
    .option('--rate <number>', 'retry: deliveries in a second; 0 for no limit (default: 100)', asRate)
    .option('--all', 'retry: all of every endpoint, without asking')
    .option('-y, --yes', 'drop: do not ask')
    .option('--json', 'print JSON, one object per line')
    .addHelpText('after', EXAMPLES)
    .action(async (action: Action, ids: string[] | undefined, options: DeadOptions) => {
      const { dead } = await import('../operator/dead.js');
      shell.exitWith(await dead(action, ids ?? [], options, shell));
    });
}
