/** The command line: what there is to say, and the exit code 0 (done), 1 (failed) or 2 (wrong usage or config). */
import { useUtc } from '@longshore/config/environment';
import { LongshoreError, printableLines } from '@longshore/event';
import { Command, CommanderError } from 'commander';
import { addActions } from './commands/actions.js';
import { addArchive } from './commands/archive.js';
import { addCheck } from './commands/check.js';
import { addCompletion } from './commands/completion.js';
import { addCopy } from './commands/copy.js';
import { addDead } from './commands/dead.js';
import { addDoctor } from './commands/doctor.js';
import { addExplain } from './commands/explain.js';
import { addFollow } from './commands/follow.js';
import { addMigrate } from './commands/migrate.js';
import { addPreheat } from './commands/preheat.js';
import { addProof } from './commands/proof.js';
import { addQuarantine } from './commands/quarantine.js';
import { addReconcile } from './commands/reconcile.js';
import { addReplay } from './commands/replay.js';
import { addRun } from './commands/run.js';
import { addSearch } from './commands/search.js';
import { addSend } from './commands/send.js';
import { addStatus } from './commands/status.js';
import { addTrace } from './commands/trace.js';
import { addVerify } from './commands/verify.js';
import { type Shell, type Surroundings, thisProcess } from './shell.js';
import { version } from './version.js';

/** In the order of `--help`. */
const COMMANDS = [
  addRun,
  addCheck,
  addSend,
  addFollow,
  addStatus,
  addDoctor,
  addTrace,
  addExplain,
  addSearch,
  addDead,
  addQuarantine,
  addActions,
  addArchive,
  addReplay,
  addProof,
  addReconcile,
  addMigrate,
  addPreheat,
  addCopy,
  addVerify,
  addCompletion,
];

/**
 * Runs the command. Leaves the process running.
 * @param argv what follows the command's name
 * @returns the exit code
 */
export async function main(
  argv: readonly string[],
  surroundings: Surroundings = thisProcess(),
): Promise<number> {
  const { stdout, stderr } = surroundings;
  let exitCode = 0;
  const warn = (text: string): void => void stderr.write(`${printableLines(text)}\n`);
  const shell: Shell = {
    ...surroundings,
    print: (text) => void stdout.write(`${printableLines(text)}\n`),
    printPainted: (text) => void stdout.write(`${text}\n`),
    warn,
    exitWith: (code) => {
      exitCode = code;
    },
  };
  const program = createProgram(shell);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failed(error, warn);
  }
}

/** Every command with its options; `parseAsync` throws a CommanderError for wrong usage, help and version too. */
export function createProgram(shell: Shell): Command {
  const { stdout, stderr } = shell;
  const program = new Command('longshore')
    .description('A durable, drop-in relay for container-registry notifications')
    .version(version)
    .option('--utc', 'print times in UTC instead of local time')
    .hook('preAction', () => {
      if (program.opts<{ utc?: boolean }>().utc) useUtc();
    })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(printableLines(text)),
    });
  for (const add of COMMANDS) add(program, shell);
  return program;
}

/** Wrong configuration, or wrong usage. */
const WRONG = new Set(['CONFIG_INVALID', 'SECRET_MISSING', 'DASHBOARD_OPEN', 'REQUEST_INVALID']);

function failed(error: unknown, warn: Shell['warn']): number {
  // Commander has printed its message; help and version come here too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof LongshoreError) {
    warn(`longshore: ${error.message}`);
    return WRONG.has(error.code) ? 2 : 1;
  }
  warn(`longshore: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
}
