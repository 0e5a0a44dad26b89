/**
 * Which process is meant by a pid that was written down earlier.
 *
 * A pid alone says little: after a restart of a container the new process has the pid of the old one.
 * A pid and the time at which that process started name one process on one machine for good.
 */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process, so that it can be recognized later. `start` is opaque: compare it, nothing else. */
export interface ProcessIdentity {
  pid: number;
  start: string;
}

/** The process with this pid as it is now; undefined when there is none (a zombie is none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const start = await (process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid));
  return start ? { pid, start } : undefined;
}

/** Is exactly this process still there? */
export async function isAlive({ pid, start }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.start === start;
}

/**
 * Where pids mean the same: host name, boot and pid namespace in one string.
 *
 * Equal places share their processes, or the older of the two is gone with all of its processes (the number
 * of a pid namespace is given again only after that). Nothing follows about processes of another place.
 */
export async function thisPlace(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}

/** Clock ticks from boot to the start of the process: proc(5), field 22 of `stat`. */
async function startFromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second field is the program's name in brackets and may hold anything, brackets and spaces too.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  return state === undefined || 'ZX'.includes(state) ? undefined : fields[18];
}

/** Where there is no /proc. The shell sets locale and zone, so that two processes get the same text. */
export async function startFromPs(pid: number): Promise<string | undefined> {
  const script = 'LC_ALL=C TZ=UTC exec ps -o stat= -o lstart= -p "$1"';
  const { stdout } = await run('sh', ['-c', script, 'sh', String(pid)]).catch(() => ({ stdout: '' }));
  const [state, ...start] = stdout.trim().split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : start.join(' ');
}
