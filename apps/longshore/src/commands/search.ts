/** `longshore search`: its options and help. The implementation is in `search/search.ts`, loaded on use. */
import { type Command, Option } from 'commander';
import type { SearchOptions } from '../search/search.js';
import type { Shell } from '../shell.js';
import { asCount, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore search acme/app
  $ longshore search --repository 'acme/**' --tag 1.0 --action push
  $ longshore search --digest sha256:858a8366 --action pull --since 2w
  $ longshore search --addr 10.1.0.0/16 --client containerd --since 2026-11-21
  $ longshore search --actor ci --limit 100000 -o csv > events.csv
  $ longshore search --class image --repository 'acme/**' --action tag.moved
  $ longshore search --class pull --state interrupted --since 1d -o csv
  $ longshore search acme -o json | jq -r '.[].digest'

A time is how long ago (30m, 2h, 3d, 2w) or a date (2026-11-21, 2026-11-21T03:00:00Z).
In CSV, a cell that a spreadsheet would take for a formula begins with an apostrophe.
Exit code 0: done, whether events match or not. 1: PostgreSQL of the archive is
unavailable, or there is no archive. 2: wrong usage.
`;

/** Adds the command. */
export function addSearch(program: Command, shell: Shell): void {
  withConfig(program.command('search'), shell)
    .description('events, image events or pulls of the archive, newest first')
    .argument('[text]', "part of a repository's name, a tag, a digest (8 digits or more), or an actor")
    .option('--repository <glob>', 'only of these repositories; ** crosses slashes')
    .option('--tag <tag>', 'only of this tag')
    .option('--digest <digest>', 'only of this digest, or those that begin so')
    .option('--actor <name>', 'only by this user')
    .option('--addr <address>', 'only from this address, or network: 10.1.0.0/16')
    .option('--client <text>', 'only with this text in the user agent')
    .addOption(
      new Option('--class <class>', 'event: as they came; image: one for a push; pull: one for a pull')
        .choices(['event', 'image', 'pull'])
        .default('event'),
    )
    .option('--action <action>', "push, pull, mount, delete, other, or the sender's own name of an event")
    .option('--state <state>', 'of pulls: checked, cached, complete, unfinished, interrupted …')
    .option('--source <name>', 'only from this source')
    .option('--since <time>', 'at this time or later')
    .option('--until <time>', 'before this time')
    .option('-n, --limit <count>', 'maximum number of events', asCount(), 50)
    .addOption(
      new Option('-o, --output <format>', 'how to print')
        .choices(['table', 'json', 'ndjson', 'csv'])
        .default('table'),
    )
    .option('--json', 'the same as -o json')
    .addHelpText('after', EXAMPLES)
    .action(async (text: string | undefined, { json, ...options }: SearchOptions & { json?: boolean }) => {
      const { search } = await import('../search/search.js');
      await search(text, { ...options, ...(json && { output: 'json' as const }) }, shell);
    });
}
