/**
 * A program of ours as a test sees it: what it prints, the records among that, signals and its end.
 *
 * It runs in a process group of its own and ends with the test, and with the vitest worker however that ends.
 */
import { type ProcessExit, watchedProcess } from '@longshore/embedded-redis';
import { atTestEnd } from './cleanup.js';
import { type EventuallyOptions, eventually } from './eventually.js';

/** One line of JSON that the program printed. */
export type LogRecord = Record<string, unknown>;

/** How a program is run. */
export interface ProcessOptions {
  /** Set on top of this process's environment; `undefined` takes a variable away. */
  env?: Record<string, string | undefined>;
  cwd?: string;
}

/** A program that runs, or ran, for a test. */
export interface TestProcess {
  readonly pid: number;
  /** Everything that it printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The lines on stdout that are JSON objects, in order. */
  readonly records: LogRecord[];
  /** How it ended. `output` holds its last lines. */
  readonly exited: Promise<ProcessExit>;
  /**
   * The first record that `matches` holds for; a string names a record by its `record` or `msg` field.
   * Rejects when the process ends before, and after `timeout` (30 s), both with what it printed last.
   */
  waitFor(
    matches: string | ((record: LogRecord) => boolean),
    options?: EventuallyOptions,
  ): Promise<LogRecord>;
  /** Sends a signal (SIGTERM) to the process, or to its whole group as a terminal does. */
  kill(signal?: NodeJS.Signals, to?: 'process' | 'group'): void;
}

/** Runs a program. Resolves at once; `waitFor` waits. */
export function runProcess(
  command: string,
  args: readonly string[] = [],
  { env = {}, cwd }: ProcessOptions = {},
): TestProcess {
  const printed = { stdout: '', stderr: '' };
  const records: LogRecord[] = [];
  let line = '';
  const child = watchedProcess(command, args, {
    cwd,
    env: { ...process.env, ...env },
    onOutput: (text, stream) => {
      printed[stream] += text;
      if (stream === 'stderr') return;
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      records.push(...lines.flatMap(parseRecord));
    },
  });
  let exit: ProcessExit | undefined;
  const exited = child.exited.then((ended) => {
    exit = ended;
    return ended;
  });
  const kill = (signal: NodeJS.Signals = 'SIGTERM', to: 'process' | 'group' = 'process') => {
    if (to === 'process') child.kill(signal);
    else if (!exit) signalGroup(child.pid, signal);
  };
  atTestEnd(async () => {
    kill('SIGKILL', 'group');
    await exited;
  });
  child.start();
  return {
    pid: child.pid,
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
    records,
    exited,
    kill,
    waitFor: async (matches, options) => {
      const what = typeof matches === 'string' ? `the record ${matches}` : 'a record';
      const wanted = typeof matches === 'string' ? named(matches) : matches;
      const look = () => ({ found: records.find(wanted), exit, output: child.output() });
      const { found } = await eventually(look, enough, { what, ...options });
      if (found) return found;
      throw new Error(`${command} ended before ${what} was there:\n${child.output()}`);
    },
  };
}

function enough({ found, exit }: { found?: LogRecord; exit?: ProcessExit }): boolean {
  return found !== undefined || exit !== undefined;
}

function named(name: string) {
  return ({ record, msg }: LogRecord): boolean => record === name || msg === name;
}

function parseRecord(line: string): LogRecord[] {
  if (!line.startsWith('{')) return [];
  try {
    return [JSON.parse(line) as LogRecord];
  } catch {
    return [];
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The last of the group ended a moment ago.
  }
}
