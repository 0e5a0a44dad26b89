/**
 * A program of ours as a test sees it: what it prints, the records among that, signals and its end.
 *
 * It runs in a process group of its own and ends with the test, and with the vitest worker however that ends.
 */
import { type WatchedProcess, watchedProcess } from '@longshore/embedded';
import { atTestEnd } from './cleanup.js';
import { collectOutput, type ProgramOutput } from './output.js';

/** How a program is run. */
export interface ProcessOptions {
  /** Set on top of this process's environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

/** A program that runs, or ran, for a test. */
export interface TestProcess extends ProgramOutput {
  readonly pid: number;
  /** Sends a signal (SIGTERM) to the process, or to its whole group as a terminal does. */
  kill(signal?: NodeJS.Signals, to?: 'process' | 'group'): void;
}

/** Runs a program. Resolves at once; `waitFor` waits. */
export function runProcess(
  command: string,
  args: readonly string[] = [],
  { env = {}, cwd }: ProcessOptions = {},
): TestProcess {
  let child!: WatchedProcess;
  let running = true;
  const output = collectOutput(command, (onOutput) => {
    child = watchedProcess(command, args, { cwd, env: { ...process.env, ...env }, onOutput });
    return child.exited.finally(() => {
      running = false;
    });
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM', to: 'process' | 'group' = 'process') => {
    if (to === 'process') child.kill(signal);
    else if (running) signalGroup(child.pid, signal);
  };
  atTestEnd(async () => {
    kill('SIGKILL', 'group');
    await output.exited;
  });
  child.start();
  return Object.assign(output, { pid: child.pid, kill });
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The last of the group ended a moment ago.
  }
}
