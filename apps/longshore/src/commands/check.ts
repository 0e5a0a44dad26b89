/** `longshore check`: a configuration as `run` would read it, and likely mistakes in it. Starts and contacts nothing. */
import type { Problem, ReadConfig } from '@longshore/config';
import { plural } from '@longshore/event';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';

const EXAMPLES = `
Examples:
  $ longshore check longshore.yml
  $ longshore check /etc/docker/registry/config.yml
  $ longshore check longshore.yml --strict
  $ longshore check longshore.yml --json

Exit code 0: usable, warnings included. 2: not usable; with --strict also when there
is a warning, such as a secret that is missing here or no endpoints.
`;

interface CheckOptions {
  json?: boolean;
  strict?: boolean;
}

/** Adds the command. */
export function addCheck(program: Command, shell: Shell): void {
  program
    .command('check')
    .description("validate a configuration, or a registry's own config.yml, and print it as understood")
    .argument('<file>', 'configuration file')
    .option('--strict', 'fail on warnings too, for pipelines')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { json, strict = false }: CheckOptions) => {
      // Loaded when it is needed: without the schemas, help and wrong usage are there in a third of the time.
      const { describe, describeSenders, formatProblem, givingUpTimes, readConfig } = await import(
        '@longshore/config'
      );
      const read = readConfig(file, shell.env, 'check');
      const { config, problems, flavor, toLongshore } = read;
      const usable = config !== undefined && !(strict && problems.length > 0);
      if (json) {
        const understood = config && describe(config).data;
        const senders = config && describeSenders(config);
        const giveUpAfter = config && givingUpTimes(receivers(read));
        const data = { file, flavor, usable, strict, problems, senders, toLongshore, giveUpAfter };
        shell.print(JSON.stringify({ ...data, config: understood }, null, 2));
      } else {
        if (config) shell.print(describe(config, toLongshore).text);
        for (const problem of problems) shell.print(`${problem.level}: ${formatProblem(file, problem)}`);
        shell.print(verdict(file, read, usable));
      }
      shell.exitWith(usable ? 0 : 2);
    });
}

/** Without those by which a registry sends to Longshore: that one never gives up. */
const receivers = ({ config, toLongshore = [] }: ReadConfig) =>
  config?.notifications.endpoints.filter(({ name }) => !toLongshore.includes(name)) ?? [];

function verdict(file: string, { flavor, problems, config }: ReadConfig, usable: boolean): string {
  const count = (level: Problem['level']): string => {
    const found = problems.filter((problem) => problem.level === level).length;
    return plural(found, level);
  };
  const kind = flavor === 'registry' ? "a registry's configuration" : 'a Longshore configuration';
  const verdict = usable ? 'usable' : config ? 'fails --strict' : 'not usable';
  return `${file}: ${kind}, ${verdict} (${count('error')}, ${count('warning')})`;
}
