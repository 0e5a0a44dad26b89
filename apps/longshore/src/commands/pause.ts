/** `longshore pause` and `resume`: their options and help. The implementation is in `operator/pause.ts`. */
import type { Command } from 'commander';
import type { PauseOptions } from '../operator/pause.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const PAUSE = `
Examples:
  $ longshore pause alistener --reason 'moves to another machine tonight'
  $ longshore pause alistener --json

All workers stop delivering to it at once, also after a restart. New events are
queued; \`longshore resume alistener\` delivers them.
`;

const RESUME = `
Examples:
  $ longshore resume alistener

An endpoint with \`paused: true\` in the configuration stays paused.
`;

/** Adds both commands. */
export function addPause(program: Command, shell: Shell): void {
  const pause = program.command('pause').description('stop delivering to an endpoint; its events are queued');
  withConfig(pause.argument('<endpoint>', 'its name'), shell)
    .option('--reason <text>', 'shown to other operators')
    .option('--json', 'print as JSON')
    .addHelpText('after', PAUSE)
    .action(async (endpoint: string, options: PauseOptions) => {
      const { pauseEndpoint } = await import('../operator/pause.js');
      await pauseEndpoint(endpoint, options, shell);
    });
  const resume = program.command('resume').description('resume delivering to a paused endpoint');
  withConfig(resume.argument('<endpoint>', 'its name'), shell)
    .option('--json', 'print as JSON')
    .addHelpText('after', RESUME)
    .action(async (endpoint: string, options: PauseOptions) => {
      const { resumeEndpoint } = await import('../operator/pause.js');
      await resumeEndpoint(endpoint, options, shell);
    });
}
