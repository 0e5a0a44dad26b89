/** What surrounds the command, and what each of its parts needs of that. */
import type { EventEmitter } from 'node:events';
import type { Env } from '@longshore/config';
import { environment } from '@longshore/config/environment';

/** The process that the command runs in; a program that runs the command within its own process has another one. */
export interface Surroundings {
  /** Environment variables. */
  env: Env;
  stdout: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number };
  /** Emits SIGTERM, SIGINT and SIGHUP. */
  signals: Pick<EventEmitter, 'on' | 'off'>;
  /** Takes the log lines in place of the file descriptor of stdout: one line per call. */
  log?: { write(line: string): void };
}

/** This process, with its real streams and signals. */
export const thisProcess = (): Surroundings => ({
  env: environment(),
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
});

/** What a command needs from around it, and how it reports its exit code. */
export interface Shell extends Pick<Surroundings, 'env' | 'stdout' | 'stderr' | 'signals' | 'log'> {
  /** On stdout, with what a terminal would act on written out. */
  print(text: string): void;
  /** The same for text with colours of ours, whose parts are printable already. */
  printPainted(text: string): void;
  /** Beside the output, for people: on stderr. */
  warn(line: string): void;
  exitWith(code: number): void;
}

/** Of a terminal; undefined for a pipe, which gets whole lines. */
export const widthOf = ({ stdout: { isTTY, columns } }: Pick<Shell, 'stdout'>): number | undefined =>
  isTTY ? columns : undefined;
