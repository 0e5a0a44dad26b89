/** `longshore pause` and `resume`: their words and options. What they do is in `operator/pause.ts`. */
import type { Command } from 'commander';
import type { PauseOptions } from '../operator/pause.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const PAUSE = `
Examples:
  $ longshore pause alistener --reason 'moves to another machine tonight'
  $ longshore pause alistener --json

All workers stop delivering to it at once, also after a restart; events are
kept. \`longshore resume alistener\` lets them out.
`;

const RESUME = `
Examples:
  $ longshore resume alistener

An endpoint with \`paused: true\` in the configuration stays paused by that.
`;

export function addPause(program: Command, shell: Shell): void {
  const pause = program.command('pause').description('stop delivering to an endpoint; its events are kept');
  withConfig(pause.argument('<endpoint>', 'its name'), shell)
    .option('--reason <text>', 'why, for whoever looks next')
    .option('--json', 'print as JSON')
    .addHelpText('after', PAUSE)
    .action(async (endpoint: string, options: PauseOptions) => {
      const { pauseEndpoint } = await import('../operator/pause.js');
      await pauseEndpoint(endpoint, options, shell);
    });
  const resume = program.command('resume').description('deliver to a paused endpoint again');
  withConfig(resume.argument('<endpoint>', 'its name'), shell)
    .option('--json', 'print as JSON')
    .addHelpText('after', RESUME)
    .action(async (endpoint: string, options: PauseOptions) => {
      const { resumeEndpoint } = await import('../operator/pause.js');
      await resumeEndpoint(endpoint, options, shell);
    });
}
