/** A command for each action on an endpoint. What it does is in `@longshore/operator/actions`. */
import { ACTIONS, type Action } from '@longshore/operator/actions';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

type Options = Record<string, string | undefined> & { config: string; json?: string };

/** Adds them. */
export function addActions(program: Command, shell: Shell): void {
  for (const action of ACTIONS) addAction(action, program, shell);
}

function addAction(action: Action, program: Command, shell: Shell): void {
  const { name, summary, description, examples } = action;
  const command = program.command(name).description(summary).argument('<endpoint>', 'its name');
  withConfig(command, shell);
  for (const [option, { words }] of Object.entries(action.options))
    command.option(`--${option} <text>`, words);
  const help = examples.map((example) => `  $ longshore ${name} ${example}\n`).join('');
  command
    .option('--json', 'print as JSON')
    .addHelpText('after', `\nExamples:\n${help}\n${description}\n`)
    .action(async (endpoint: string, options: Options) => {
      const [{ endpointAnswer }, { withAdmin }] = await Promise.all([
        import('@longshore/operator/answers'),
        import('../operator/with-admin.js'),
      ]);
      await withAdmin(options.config, `longshore ${name}`, shell, async (admin) => {
        const overview = await admin.act(action, endpoint, options);
        const [text, ...warnings] = action.result(overview);
        shell.print(options.json ? JSON.stringify(endpointAnswer(overview)) : text);
        for (const warning of warnings) shell.warn(`longshore: ${warning}`);
      });
    });
}
