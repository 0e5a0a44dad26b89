/** What a program prints, in a process of its own or in that of the test: the text, and the records in it. */
import type { ProcessExit } from '@longshore/embedded';
import { type EventuallyOptions, eventually } from './eventually.js';

/** One line of JSON that the program printed. */
export type LogRecord = Record<string, unknown>;

/** What a program printed, and how it ended. */
export interface ProgramOutput {
  /** Everything that it printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The lines on stdout that are JSON objects, in order. */
  readonly records: LogRecord[];
  /** How it ended. `output` holds its last lines. */
  readonly exited: Promise<ProcessExit>;
  /**
   * The first record that `matches` holds for; a string names a record by its `record` or `msg` field.
   * Rejects when the program ends before, and after `timeout` (90 s), both with what it printed last.
   */
  waitFor(
    matches: string | ((record: LogRecord) => boolean),
    options?: EventuallyOptions,
  ): Promise<LogRecord>;
}

/** Gets each piece of output. */
export type TakeOutput = (text: string, stream: 'stdout' | 'stderr') => void;

/** Collects what a program prints. @param name of the program, for messages */
export function collectOutput(
  name: string,
  ending: (take: TakeOutput) => Promise<ProcessExit>,
): ProgramOutput {
  const printed = { stdout: '', stderr: '' };
  const records: LogRecord[] = [];
  let line = '';
  let exit: ProcessExit | undefined;
  const exited = ending((text, stream) => {
    printed[stream] += text;
    if (stream === 'stderr') return;
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    records.push(...lines.flatMap(parseRecord));
  }).then((ended) => {
    exit = ended;
    return ended;
  });
  const lastLines = () => `${printed.stdout.slice(-KEPT)}${printed.stderr.slice(-KEPT)}`.trim();
  return {
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
    records,
    exited,
    waitFor: async (matches, options) => {
      const what = typeof matches === 'string' ? `the record ${matches}` : 'a record';
      const wanted = typeof matches === 'string' ? named(matches) : matches;
      const look = () => ({ found: records.find(wanted), exit, output: lastLines() });
      const { found } = await eventually(look, enough, { what, ...options });
      if (found) return found;
      throw new Error(`${name} ended before ${what} was there:\n${lastLines()}`);
    },
  };
}

/** Characters of each stream that a message quotes. */
const KEPT = 8_000;

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
