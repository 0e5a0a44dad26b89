/** `longshore trace`: its options and help. The implementation is in `trace/trace.ts`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Shell } from '../shell.js';
import { asCount, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore trace 320678d8-ca14-430f-8bb6-4ca139cd83f7
  $ longshore trace acme/app:1.0
  $ longshore trace registry.example.com/acme/app --endpoint billing --limit 50
  $ longshore trace sha256:858a8366125b
  $ longshore trace 858a8366125b --json

Exit code 0: found. 1: not found, or the relay is not running.
`;

interface Options {
  config: string;
  endpoint?: string;
  limit: number;
  json?: boolean;
}

/** Adds the command. */
export function addTrace(program: Command, shell: Shell): void {
  withConfig(program.command('trace'), shell)
    .description('show the history of an event: receipt, every attempt with its response, current state')
    .argument('<search>', 'event id, delivery id, repository[:tag], or digest (at least 12 digits)', asSearch)
    .option('-e, --endpoint <name>', 'only entries of this endpoint')
    .option('-n, --limit <count>', 'maximum number of events, 1 to 100', asCount(100), 20)
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (search: string, options: Options) => {
      const { trace } = await import('../trace/trace.js');
      const { lines, found } = await trace(search, options, shell);
      const text = lines.join('\n');
      if (options.json) shell.print(text);
      else if (found) shell.printPainted(text);
      else shell.warn(text);
      shell.exitWith(found ? 0 : 1);
    });
}

/** Refuses an empty text: usually an unset variable in a script. */
function asSearch(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}
