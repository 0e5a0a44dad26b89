/**
 * A child process that does not outlive its owner, not even by `kill -9`, and that Ctrl-C does not reach.
 *
 * A shell waits for word that its pid is written down, leaves a watcher behind and becomes the program.
 * The watcher reads from a pipe whose other end only the owner holds: at its end the owner is gone, and the
 * watcher sends a signal that ends the program (and SIGCONT, should it be paused). The program has a session of its own, so a
 * terminal's signals stay with the owner, who decides when to stop it.
 *
 * Files that the program makes are for this user alone.
 *
 * Traded: one sleeping shell for each child. Not covered: the watcher itself killed, then the owner.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** How a process ended, with the last lines that it wrote. */
export interface ProcessExit {
  code?: number;
  signal?: NodeJS.Signals;
  output: string;
}

/** A child process with its watcher. */
export interface WatchedProcess {
  readonly pid: number;
  /** Resolves once the process has ended and its last output has arrived. */
  readonly exited: Promise<ProcessExit>;
  /** Lets the program start. Until then an owner that dies leaves nothing behind. */
  start(): void;
  /** The last lines that it wrote so far. */
  output(): string;
  /** Sends a signal; nothing happens when the process has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** A user of the operating system, by numbers. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** How the program is run. */
export interface WatchedOptions {
  cwd?: string;
  /** Runs it, and its watcher, as this user; only root may. */
  user?: SystemUser;
  /** What ends the program when its owner has gone. Default SIGTERM. */
  endSignal?: 'SIGTERM' | 'SIGINT';
  /** Replaces the inherited environment. */
  env?: NodeJS.ProcessEnv;
  /** A folder that the watcher removes once it is empty, when the owner cannot. */
  folder?: string;
  /** Gets each piece of output. */
  onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
}

const script = `
umask 077
folder=$1
signal=$2
shift 2
read -r go <&3 || exit 0
(
  trap '' HUP INT TERM
  read -r done <&3 && exit
  kill -$signal $$
  kill -CONT $$
  tries=0
  until [ -z "$folder" ] || rmdir "$folder" || [ $tries -eq 100 ]; do sleep 0.1; tries=$((tries + 1)); done
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Characters of output that are kept for error messages. */
const KEPT = 8_000;

/** Milliseconds after the end of the process in which its output must arrive. */
const OUTPUT_GRACE_MS = 1_000;

/** Prepares a watched process; nothing runs before `start()`. `pid` will be the program's own. */
export function watchedProcess(
  command: string,
  args: readonly string[],
  { cwd, env, user, folder = '', endSignal = 'SIGTERM', onOutput }: WatchedOptions = {},
): WatchedProcess {
  const leading = ['-c', script, 'longshore-watchdog', folder, endSignal.slice('SIG'.length)];
  const child = spawn('/bin/sh', [...leading, command, ...args], {
    cwd,
    env,
    ...user,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT);
      onOutput?.(text, stream);
    });
  }
  const leash = child.stdio[3] as Writable;
  leash.on('error', () => {}); // the reader is gone: so is the process, and `exited` tells
  return {
    pid: child.pid ?? -1,
    exited: exitOf(child, leash, () => output.trim()),
    start: () => void leash.write('go\n'),
    output: () => output.trim(),
    kill: (signal) => void child.kill(signal),
  };
}

function exitOf(child: ChildProcess, leash: Writable, output: () => string): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ output: error.message }));
    child.once('exit', (code, signal) => {
      // The watcher must not signal a pid that was reused, so it is notified before the pipe closes.
      leash.end('done\n');
      const ended = () => resolve({ code: code ?? undefined, signal: signal ?? undefined, output: output() });
      // The rest of the output is worth a moment; a grandchild that keeps the pipe open is not worth more.
      const timer = setTimeout(ended, OUTPUT_GRACE_MS);
      child.once('close', () => {
        clearTimeout(timer);
        ended();
      });
    });
  });
}
