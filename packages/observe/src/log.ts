/**
 * JSON lines by pino. To stdout they go asynchronously and a few at a time: a write costs the event loop nothing.
 * What is not written yet is written when the process ends (pino does this on `exit`); only a kill -9 loses it,
 * which is milliseconds' worth.
 *
 * When nobody reads stdout, lines are kept up to a limit and then thrown away and counted: a stuck log reader
 * must not stop deliveries, nor take all memory.
 */
import { isatty } from 'node:tty';
import { printableLines } from '@longshore/event';
import { type DestinationStream, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { prettyLines } from './pretty.js';
import { safeError } from './safe-error.js';

const STDOUT = 1;

/** Bytes of lines that wait for a reader of stdout. */
const LONGEST_BACKLOG = 64 * 1024 * 1024;

/**
 * Lines are gathered for so many milliseconds or bytes, whichever comes first: a write for each line would cost
 * more than the line itself, since it wakes another thread.
 */
const GATHER_FOR = 20;
const GATHERED = 8 * 1024;

/** Milliseconds; a reader that does not read would keep a shutdown waiting for ever. */
const FLUSH_PATIENCE = 2_000;

/** As in the setting `log.level`. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** How lines are written, and where to. */
export interface LogOptions {
  level: LogLevel;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  /** Instead of stdout; gets one line per call. */
  destination?: { write(line: string): void };
  /** A line was thrown away. */
  onDrop(): void;
}

/** A logger and the way to have its lines written out. */
export interface Log {
  logger: Pino;
  /** Resolves when all lines so far are written, or cannot be. */
  flush(): Promise<void>;
}

/** Opens nothing but stdout, and that only without a `destination`. */
export function createLog(options: LogOptions): Log {
  const { stream, flush } = outputFor(options);
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { err: (error) => safeError(error), error: (error) => safeError(error) },
    },
    stream,
  );
  return { logger, flush };
}

interface Output {
  stream: DestinationStream;
  flush(): Promise<void>;
}

function outputFor({ pretty, destination, onDrop }: LogOptions): Output {
  const done = async () => {};
  if (pretty) {
    // For people: written at once, so that lines of ours and of others come in their order.
    const out = destination ?? pino.destination({ fd: STDOUT, sync: true });
    const prettify = prettyLines(destination === undefined && isatty(STDOUT));
    return { stream: { write: (line) => void out.write(prettify(line)) }, flush: done };
  }
  if (destination === undefined) return printing(stdout(onDrop));
  return printing({ stream: destination, flush: done });
}

/** What a terminal would act on is in the lines as JSON's own escapes: whoever parses them reads the same. */
const printing = ({ stream, flush }: Output): Output => ({
  stream: { write: (line) => stream.write(printableLines(line)) },
  flush,
});

function stdout(onDrop: () => void): Output {
  // With a minLength of 1 what comes during a write is written after it, and `flush` waits for that; with 0 it
  // does not wait. A larger one would leave a last line behind when `flush` meets a write under way.
  const stream = pino.destination({ fd: STDOUT, sync: false, minLength: 1, maxLength: LONGEST_BACKLOG });
  stream.on('drop', onDrop);
  let gathered = '';
  let due: NodeJS.Timeout | undefined;
  const writeOut = (): void => {
    clearTimeout(due);
    due = undefined;
    if (gathered !== '') stream.write(gathered);
    gathered = '';
  };
  const write = (line: string): void => {
    gathered += line;
    if (gathered.length >= GATHERED) writeOut();
    else due ??= setTimeout(writeOut, GATHER_FOR).unref();
  };
  // Before pino's own hooks, which write what the stream holds and end it.
  process.prependListener('beforeExit', writeOut);
  process.prependListener('exit', writeOut);
  const flush = () =>
    new Promise<void>((resolve) => {
      writeOut();
      const impatient = setTimeout(() => {
        // Nobody reads: what is left would keep the process from ending.
        stream.destroy();
        resolve();
      }, FLUSH_PATIENCE);
      stream.flush(() => {
        clearTimeout(impatient);
        resolve();
      });
    });
  return { stream: { write }, flush };
}
