/** `longshore status`: its options and help. The implementation is in `operator/status.ts`, loaded on use. */
import { type Command, Option } from 'commander';
import type { StatusOptions } from '../operator/status.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore status
  $ longshore status --endpoint alistener -o wide
  $ longshore status --watch
  $ longshore status -o json | jq -r '.[] | select(.dead > 0) | .name'

States, the worst first: held (the receiver is down or asked for a pause),
failing (three attempts in a row or more have failed), recovering, backing off,
paused, removed, delivering, idle, disabled.

Exit code 0: no endpoint is held or failing. 1: at least one is, or the relay is
not running. 2: wrong usage.
`;

/** Adds the command. */
export function addStatus(program: Command, shell: Shell): void {
  withConfig(program.command('status'), shell)
    .description('one line for each endpoint: its state, backlog and last error, the worst first')
    .option('-e, --endpoint <name>', 'only this endpoint')
    .option('-w, --watch', 'again every 2 seconds, until it is interrupted')
    .addOption(
      new Option('-o, --output <format>', 'how to print').choices(['table', 'wide', 'json']).default('table'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (options: StatusOptions) => {
      const { status } = await import('../operator/status.js');
      shell.exitWith(await status(options, shell));
    });
}
