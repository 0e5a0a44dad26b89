/** `longshore check`: a configuration as `run` would read it, and what is hardly meant. Starts and asks nothing. */
import { describe, describeSenders, formatProblem, type Problem, readConfig } from '@longshore/config';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';

const EXAMPLES = `
Examples:
  $ longshore check longshore.yml
  $ longshore check /etc/docker/registry/config.yml
  $ longshore check longshore.yml --json

Exit code 0: usable, warnings included. 2: not usable.
`;

export function addCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description("validate a configuration, or a registry's own config.yml, and print it as understood")
    .argument('<file>', 'configuration file')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, { json }: { json?: boolean }) => {
      const { config, problems, flavor } = readConfig(file, shell.env);
      const usable = config !== undefined && !problems.some(({ level }) => level === 'error');
      if (json) {
        const understood = config && describe(config).data;
        const senders = config && describeSenders(config);
        shell.print(JSON.stringify({ file, flavor, usable, problems, senders, config: understood }, null, 2));
      } else {
        if (config) shell.print(describe(config).text);
        for (const problem of problems) shell.print(`${problem.level}: ${formatProblem(file, problem)}`);
        shell.print(verdict(file, flavor, usable, problems));
      }
      shell.exitWith(usable ? 0 : 2);
    });
}

function verdict(file: string, flavor: string, usable: boolean, problems: readonly Problem[]): string {
  const count = (level: Problem['level']): string => {
    const found = problems.filter((problem) => problem.level === level).length;
    return `${found} ${level}${found === 1 ? '' : 's'}`;
  };
  const kind = flavor === 'registry' ? "a registry's configuration" : 'a Longshore configuration';
  const found = `${count('error')}, ${count('warning')}`;
  return `${file}: ${kind}, ${usable ? 'usable' : 'not usable'} (${found})`;
}
