/**
 * Posts the lines of a file as they are written, as `tail -F` follows it: also through rotation. A line is posted until
 * it is accepted, so nothing is skipped while ingest is away.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** See {@link follow}. */
export interface FollowOptions {
  file: string;
  /** From its begin; else from its end. */
  begin: boolean;
  /** Until its end. */
  once: boolean;
  /** Posts whole lines. Rejects when they are not accepted. */
  post(lines: string): Promise<void>;
  /** Hears why lines are not accepted, and are tried again. */
  onFailure(error: Error): void;
  signal: AbortSignal;
  /** Milliseconds without a line after which a file that was rotated away is left; for tests. */
  quiet?: number;
}

const LOOK_EVERY_MS = 250;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Of one request, which is below `ingest.maxbody`. */
const CHUNK_BYTES = 1 << 20;
/** A writer keeps the old file open until it is signalled, so its last lines come after the rotation. */
const QUIET_MS = 5_000;
const NEWLINE = 0x0a;

/** Rejects when the file cannot be read. */
export async function follow(options: FollowOptions): Promise<void> {
  const { file, begin, once, signal } = options;
  let handle = await open(file);
  let next: FileHandle | undefined;
  let lineAt = 0;
  try {
    let position = begin ? 0 : (await handle.stat()).size;
    while (!signal.aborted) {
      const read = await linesAt(handle, position);
      if (read.length > 0) {
        if (!(await delivered(read, options))) return;
        position += read.length;
        lineAt = performance.now();
        continue;
      }
      if (once) return;
      if ((await handle.stat()).size < position) {
        position = 0;
        continue;
      }
      if (next && performance.now() - lineAt >= (options.quiet ?? QUIET_MS)) {
        await handle.close();
        [handle, next, position] = [next, undefined, 0];
        continue;
      }
      if (!next) {
        next = await rotated(file, handle);
        lineAt = performance.now();
      }
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await next?.close();
    await handle.close();
  }
}

/** The whole lines from there; a line longer than a request goes in parts, which are no JSON, and are skipped. */
async function linesAt(handle: FileHandle, position: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, position);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
  return buffer.subarray(0, end === 0 && bytesRead === CHUNK_BYTES ? bytesRead : end);
}

/** The file that has the name now, when it is another one. */
async function rotated(file: string, handle: FileHandle): Promise<FileHandle | undefined> {
  const [own, named] = [await handle.stat(), await stat(file).catch(() => undefined)];
  if (!named || named.ino === own.ino) return undefined;
  return open(file).catch(() => undefined);
}

async function delivered(read: Buffer, { post, onFailure, signal }: FollowOptions): Promise<boolean> {
  for (let wait = FIRST_PAUSE_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    try {
      await post(read.toString('utf8'));
      return true;
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)));
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  }
  return false;
}
