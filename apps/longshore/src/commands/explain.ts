/** `longshore explain`: its options and help. The implementation is in `operator/explain.ts`, loaded on use. */
import type { Command } from 'commander';
import type { ExplainOptions } from '../operator/explain.js';
import type { Shell } from '../shell.js';
import { asCount, header, withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore explain
  $ longshore explain 320678d8-ca14-430f-8bb6-4ca139cd83f7 --endpoint billing
  $ longshore explain payload.json --source harbor
  $ longshore explain --last 100 --endpoint billing --where 'action == "push" && glob(repository, "acme/**")'
  $ longshore explain --last 10 --endpoint billing --template body.yml

Without an argument a sample is explained: a push of acme/app:1.4.2. --last reads the newest
events of the archive, or of the trail, which does not keep bodies. A file with --template
holds what would stand behind \`body:\` of the endpoint. Nothing is stored or sent, and
secrets are printed as ***.

Exit code 0: explained. 1: not found, or no request can be made of an event. 2: wrong usage,
or a filter or template that cannot be read.
`;

/** Adds the command. */
export function addExplain(program: Command, shell: Shell): void {
  withConfig(program.command('explain'), shell)
    .description('dry run of the whole way of an event: rules, filter, queue, the request of each endpoint')
    .argument('[what]', 'file with a payload, id of an event, or id of a delivery')
    .option('-e, --endpoint <name>', 'only this endpoint')
    .option('-s, --source <name>', 'source that the file came through (default: as its form shows)')
    .option('--header <header>', "header of the file's request, 'Name: value', may be repeated", header, [])
    .option('-n, --last <count>', 'explain the newest events, 1 to 10000', asCount(10_000))
    .option('--where <expression>', "filter to try in the place of the endpoint's `where`")
    .option('--template <file>', 'YAML to try as `body` of the endpoint, with format `template`')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (what: string | undefined, options: ExplainOptions, command: Command) => {
      if (what !== undefined && options.last !== undefined)
        command.error('error: --last reads the newest events; remove it, or the argument');
      const { explain } = await import('../operator/explain.js');
      shell.exitWith(await explain(what, options, shell));
    });
}
