import { type Command, Option } from 'commander';
import type { Shell } from '../main.js';
import { ROLES, type Role } from '../roles.js';
import { run } from '../run.js';

const EXAMPLES = `
Examples:
  $ longshore run --config longshore.yml
  $ longshore run --config longshore.yml --role ingest
  $ longshore run --config longshore.yml --role worker --role dashboard
`;

/** Where `run` and the commands that look into a relay find the configuration. */
export const DEFAULT_CONFIG = 'longshore.yml';

export function addRun(program: Command, shell: Shell): void {
  const collect = (role: string, roles: Role[]): Role[] => [...roles, role as Role];
  program
    .command('run')
    .description('run the relay: all roles in this process, or the named ones')
    .option('-c, --config <file>', 'configuration file', shell.env.LONGSHORE_CONFIG ?? DEFAULT_CONFIG)
    .addOption(
      new Option('-r, --role <role>', 'role of this process, may be repeated; all when none is named')
        .choices([...ROLES])
        .argParser(collect)
        .default([], 'all'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async ({ config, role }: { config: string; role: Role[] }) => {
      shell.exitWith(await run({ file: config, roles: role, env: shell.env }));
    });
}
