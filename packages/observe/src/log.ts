/**
 * JSON lines by pino. They are written to stdout asynchronously and in batches: a write does not block the event loop.
 * The rest is written when the process ends (pino does this on `exit`); only a kill -9 loses the lines of the last
 * milliseconds.
 *
 * While stdout is blocked, lines are buffered up to a limit and then dropped and counted: a stuck log reader must not
 * stop deliveries, nor use all memory.
 */
import { isatty } from 'node:tty';
import { printableLines } from '@longshore/event';
import { idsInProgress } from '@longshore/tracing';
import { type DestinationStream, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import { prettyLines } from './pretty.js';
import { loggedError } from './safe-error.js';

const STDOUT = 1;

/** Bytes of lines that are buffered while stdout is blocked. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;

/**
 * Lines are batched for so many milliseconds or bytes, whichever comes first: a write for each line would cost more
 * than the line itself, since it wakes another thread.
 */
const BATCH_MS = 20;
const BATCH_BYTES = 8 * 1024;

/** A blocked stdout must not delay a shutdown indefinitely. */
const FLUSH_TIMEOUT_MS = 2_000;

/** As in the setting `log.level`. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Format and destination of lines. */
export interface LogOptions {
  level: LogLevel;
  /** Human-readable lines instead of JSON; `auto`: when stdout is a terminal. */
  pretty: boolean | 'auto';
  /** Instead of stdout; gets one line per call. */
  destination?: { write(line: string): void };
  /** A line was dropped. */
  onDrop(): void;
}

/** A logger and its flush. */
export interface Log {
  logger: Pino;
  /** Resolves when all lines so far are written, or cannot be: then no more are. For the end of the process. */
  flush(): Promise<void>;
  /** The same, but what cannot be written within two seconds stays in the backlog. */
  written(): Promise<void>;
}

/** Whether lines are human-readable. */
export const isPretty = (pretty: LogOptions['pretty'], terminal = isatty(STDOUT)): boolean =>
  pretty === 'auto' ? terminal : pretty;

/** Opens nothing but stdout, and that only without a `destination`. */
export function createLog(options: LogOptions): Log {
  const { stream, flush, written } = outputFor(options);
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      mixin: () => idsInProgress() ?? NO_TRACE,
      // pino would copy the line into the mixin.
      mixinMergeStrategy: (line: object, trace: object) =>
        trace === NO_TRACE ? line : { ...line, ...trace },
      formatters: { level: (level) => ({ level }) },
      serializers: { err: loggedError, error: loggedError },
    },
    stream,
  );
  return { logger, flush, written };
}

const NO_TRACE = {};

interface Output {
  stream: DestinationStream;
  flush(): Promise<void>;
  written(): Promise<void>;
}

function outputFor({ pretty, destination, onDrop }: LogOptions): Output {
  const done = async () => {};
  if (isPretty(pretty, destination === undefined && isatty(STDOUT))) {
    // Human-readable lines are written at once, so that they keep their order with other output.
    const out = destination ?? pino.destination({ fd: STDOUT, sync: true });
    const prettify = prettyLines(destination === undefined && isatty(STDOUT));
    return { stream: { write: (line) => void out.write(prettify(line)) }, flush: done, written: done };
  }
  if (destination === undefined) return printing(stdout(onDrop));
  return printing({ stream: destination, flush: done, written: done });
}

/** Control characters are written as JSON escapes: parsing the line gives the same text. */
const printing = ({ stream, ...more }: Output): Output => ({
  stream: { write: (line) => stream.write(printableLines(line)) },
  ...more,
});

function stdout(onDrop: () => void): Output {
  // With a minLength of 1 what comes during a write is written after it, and `flush` waits for that; with 0 it
  // does not wait. A larger one would leave a last line behind when `flush` meets a write under way.
  const stream = pino.destination({ fd: STDOUT, sync: false, minLength: 1, maxLength: MAX_BUFFERED_BYTES });
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
    if (gathered.length >= BATCH_BYTES) writeOut();
    else due ??= setTimeout(writeOut, BATCH_MS).unref();
  };
  // Before pino's own hooks, which write what the stream holds and end it.
  process.prependListener('beforeExit', writeOut);
  process.prependListener('exit', writeOut);
  const written = (onStuck = (): void => {}) =>
    new Promise<void>((resolve) => {
      writeOut();
      const timeout = setTimeout(() => {
        onStuck();
        resolve();
      }, FLUSH_TIMEOUT_MS);
      stream.flush(() => {
        clearTimeout(timeout);
        resolve();
      });
    });
  // Without a reader, what is left would keep the process from ending.
  const flush = () => written(() => stream.destroy());
  return { stream: { write }, flush, written: () => written() };
}
