/** `longshore trace`: its words and options. What it does is in `trace/trace.ts`. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore trace 320678d8-ca14-430f-8bb6-4ca139cd83f7
  $ longshore trace acme/app:1.0
  $ longshore trace registry.example.com/acme/app --endpoint billing --limit 50
  $ longshore trace sha256:858a8366125b
  $ longshore trace 858a8366125b --json

Exit code 0: found. 1: nothing is known of it, or the relay does not run.
`;

interface Options {
  config: string;
  endpoint?: string;
  limit: number;
  json?: boolean;
}

export function addTrace(program: Command, shell: Shell): void {
  withConfig(program.command('trace'), shell)
    .description('what happened to an event: received, each attempt with its answer, and how it stands')
    .argument(
      '<search>',
      'event id, delivery id, repository[:tag], or digest (12 digits of it are enough)',
      asSearch,
    )
    .option('-e, --endpoint <name>', 'only what concerns this endpoint')
    .option('-n, --limit <count>', 'how many events, 1 to 100', asLimit, 20)
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (search: string, options: Options) => {
      const { trace } = await import('../trace/trace.js');
      const { lines, found } = await trace(search, options, shell.env);
      const text = lines.join('\n');
      if (options.json) shell.print(text);
      else if (found) shell.printPainted(text);
      else shell.warn(text);
      shell.exitWith(found ? 0 : 1);
    });
}

/** Of an empty text nothing is known, which would read as an answer; it is a variable of a script that is not set. */
function asSearch(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

function asLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw new InvalidArgumentError('1 to 100.');
  return limit;
}
