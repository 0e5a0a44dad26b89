/** `longshore check`: a configuration as `run` would read it, and likely mistakes in it. Starts and contacts nothing. */
import type { Config, Problem, ReadConfig } from '@longshore/config';
import { plural } from '@longshore/event';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore check longshore.yml
  $ longshore check /etc/docker/registry/config.yml
  $ longshore check longshore.yml --strict
  $ longshore check longshore.yml --json
  $ longshore check new.yml --against last:1000 --config longshore.yml

--against tries the file on the newest events of the running relay, whose configuration is
--config, and prints what would change for each endpoint. When both are the same file, it is
compared with what happened to these events.

Exit code 0: usable, warnings included. 1: with --against, the relay is not running. 2: not
usable; with --strict also when there is a warning, such as a secret that is missing here or
no endpoints, or when events of --against could not be sent or their filter would fail.
`;

interface CheckOptions {
  json?: boolean;
  strict?: boolean;
  /** `last:N`. */
  against?: string;
  /** Path of the running relay's configuration. */
  config: string;
}

/** Adds the command. */
export function addCheck(program: Command, shell: Shell): void {
  withConfig(program.command('check'), shell)
    .description("validate a configuration, or a registry's own config.yml, and print it as understood")
    .argument('<file>', 'configuration file')
    .option('--strict', 'fail on warnings too, for pipelines')
    .option('--against <last:n>', 'also print what would change for the newest N events of the running relay')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, { json, strict = false, against, config: running }: CheckOptions) => {
      // Loaded when it is needed: without the schemas, help and wrong usage are there in a third of the time.
      const { describe, describeSenders, formatProblem, givingUpTimes, readConfig } = await import(
        '@longshore/config'
      );
      const read = readConfig(file, shell.env, 'check');
      const { config, problems, flavor, toLongshore } = read;
      const compared =
        config && against !== undefined
          ? await compare({ file, running, against, config }, shell)
          : undefined;
      const fails = problems.length > 0 || compared?.isWorse === true;
      const usable = config !== undefined && !(strict && fails);
      if (json) {
        const understood = config && describe(config).data;
        const senders = config && describeSenders(config);
        const giveUpAfter = config && givingUpTimes(receivers(read));
        const data = { file, flavor, usable, strict, problems, senders, toLongshore, giveUpAfter };
        const { against: changes } = compared ?? {};
        shell.print(JSON.stringify({ ...data, against: changes, config: understood }, null, 2));
      } else {
        if (config) shell.print(describe(config, toLongshore).text);
        for (const problem of problems) shell.print(`${problem.level}: ${formatProblem(file, problem)}`);
        for (const line of compared?.lines ?? []) shell.print(line);
        shell.print(verdict(file, read, usable));
      }
      shell.exitWith(usable ? 0 : 2);
    });
}

/** See `operator/check-against.ts`, which is loaded when it is needed. */
async function compare(
  { against, ...files }: { file: string; running: string; against: string; config: Config },
  shell: Shell,
) {
  const { againstLines, checkAgainst, isWorse, lastOf } = await import('../operator/check-against.js');
  const found = await checkAgainst({ ...files, last: lastOf(against) }, shell);
  return { against: found, lines: againstLines(found), isWorse: isWorse(found) };
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
