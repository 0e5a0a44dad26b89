/** `longshore completion`: completion of commands and options for a shell. */
import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Shell } from '../shell.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

const EXAMPLES = `
Examples:
  $ source <(longshore completion bash)          # in ~/.bashrc
  $ longshore completion bash > /etc/bash_completion.d/longshore
  $ longshore completion zsh > "\${fpath[1]}/_longshore"
  $ longshore completion fish > ~/.config/fish/completions/longshore.fish

Make it again after an upgrade.
`;

/** Adds the command. It completes those that were added before. */
export function addCompletion(program: Command, shell: Shell): void {
  program
    .command('completion')
    .description('print the completion of commands and options for a shell')
    .addArgument(new Argument('<shell>', 'for which shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (name: (typeof SHELLS)[number]) => {
      const { completion } = await import('../completion/completion.js');
      shell.print(completion(name, program).trimEnd());
    });
}
