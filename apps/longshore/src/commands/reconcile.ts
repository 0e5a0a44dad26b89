/** `longshore reconcile`: its options and help. The implementation is in `operator/reconcile.ts`, loaded on use. */
import type { Command } from 'commander';
import type { ReconcileOptions } from '../operator/reconcile.js';
import type { Shell } from '../shell.js';
import { httpUrl, withConfig } from './options.js';

const EXAMPLES = `
The first comparison of a source is its baseline: tags that the archive does not know are
written to it, and delivered nowhere. From then on a push that is missing is published at once,
and a delete when a second comparison at least 10 minutes later finds the same.

Examples:
  $ longshore reconcile --dry-run
  $ longshore reconcile --source production
  $ longshore reconcile --source production --registry https://registry.example.com
  $ longshore reconcile --json | jq '.findings[]'

Exit code 0: compared, whatever was found. 1: a part of a registry could not be compared, or the
relay or its archive is unavailable. 2: wrong usage.
`;

/** Adds the command. */
export function addReconcile(program: Command, shell: Shell): void {
  withConfig(program.command('reconcile'), shell)
    .description('compare the archive with the registries, and publish the events that are missing')
    .option('--source <name>', 'only this source (default: all of registries)')
    .option('--registry <url>', 'the registry of that source, instead of what registries has', httpUrl)
    .option('--dry-run', 'report what is missing, and do nothing')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReconcileOptions) => {
      const { reconcile } = await import('../operator/reconcile.js');
      shell.exitWith(await reconcile(options, shell));
    });
}
