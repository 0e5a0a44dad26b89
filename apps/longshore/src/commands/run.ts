/** `longshore run`: its options and help. The implementation is in `run.ts`. */
import { type Command, InvalidArgumentError } from 'commander';
import { ROLES, type Role } from '../role.js';
import type { Shell } from '../shell.js';

const EXAMPLES = `
Examples:
  $ longshore run --config longshore.yml
  $ longshore run --config longshore.yml --role ingest
  $ longshore run --config longshore.yml --role worker --role dashboard
`;

/** Path of the configuration without `--config`. */
const DEFAULT_CONFIG = 'longshore.yml';

/** Adds the command. */
export function addRun(program: Command, shell: Shell): void {
  program
    .command('run')
    .description('run the relay: all roles in this process, or the given ones')
    .option('-c, --config <file>', 'configuration file', shell.env.LONGSHORE_CONFIG ?? DEFAULT_CONFIG)
    .option('-r, --role <role>', `${ROLES.join(', ')}; may be repeated; default: all`, collect, [])
    .addHelpText('after', EXAMPLES)
    .action(async ({ config, role }: { config: string; role: Role[] }) => {
      // Loaded on use: `check` and `send` start in a third of the time without it.
      const { run } = await import('../run.js');
      try {
        shell.exitWith(await run({ ...shell, file: config, roles: role }));
      } catch (error) {
        const { logNotStarted } = await import('../not-started.js');
        await logNotStarted(error, config, shell);
        throw error;
      }
    });
}

function collect(text: string, roles: Role[]): Role[] {
  const role = ROLES.find((known) => known === text);
  if (!role) throw new InvalidArgumentError(`Use one of ${ROLES.join(', ')}.`);
  return [...roles, role];
}
