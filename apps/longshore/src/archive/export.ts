/**
 * `longshore archive export`: events as lines of JSON, on stdout or in a file for each day. A file has its name when it
 * is whole, so that an export that was interrupted continues with the first day that is not.
 */
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { exportLines } from '@longshore/archive/keep';
import { type ArchiveReader, createArchiveReader } from '@longshore/archive/read';
import { plural } from '@longshore/event';
import { parseTime } from '@longshore/operator/schemas';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { createOut } from './out.js';
import { withArchive } from './with-archive.js';

/** Options of the command. */
export interface ExportOptions {
  /** Path of the configuration. */
  config: string;
  since?: string;
  until?: string;
  out?: string;
}

const DAY_MS = 86_400_000;

interface Span {
  since: number;
  until: number;
}

/** @returns the exit code */
export function archiveExport(options: ExportOptions, shell: Shell): Promise<number> {
  const now = Date.now();
  const time = (name: 'since' | 'until') =>
    options[name] === undefined ? undefined : parseTime(`--${name}`, options[name], now);
  const [since, until = now] = [time('since'), time('until')];
  return withArchive(options.config, shell.env, (archive) =>
    interruptible(shell.signals, async (signal) => {
      const reader = createArchiveReader(archive);
      const first = since ?? (await oldestIn(reader)) ?? until;
      if (options.out === undefined) {
        const out = createOut(shell.stdout);
        const count = await write(reader, { since: first, until }, signal, out.write);
        return signal.aborted || count === undefined ? 1 : 0;
      }
      return toFiles(reader, { since: first, until }, { folder: options.out, signal, shell });
    }),
  );
}

async function oldestIn(reader: ArchiveReader): Promise<number | undefined> {
  const { since } = await reader.coverage();
  return since === undefined ? undefined : Date.parse(since);
}

/** @returns how many lines; undefined when the reader of the output has gone */
async function write(
  reader: ArchiveReader,
  { since, until }: Span,
  signal: AbortSignal,
  out: (text: string) => Promise<boolean>,
): Promise<number | undefined> {
  let count = 0;
  const window = { since: new Date(since).toISOString(), until: new Date(until).toISOString() };
  for await (const lines of exportLines(reader, window)) {
    if (signal.aborted) return count;
    if (!(await out(`${lines.join('\n')}\n`))) return undefined;
    count += lines.length;
  }
  return count;
}

interface Files {
  folder: string;
  signal: AbortSignal;
  shell: Shell;
}

async function toFiles(reader: ArchiveReader, { since, until }: Span, files: Files): Promise<number> {
  const { folder, signal, shell } = files;
  await mkdir(folder, { recursive: true });
  let total = 0;
  let skipped = 0;
  for (let day = since - (since % DAY_MS); day < until && !signal.aborted; day += DAY_MS) {
    const file = join(folder, `events-${new Date(day).toISOString().slice(0, 10)}.ndjson`);
    // Whole days: a part of one, written late, would be taken for a complete day from then on.
    if (await isComplete(file, day)) skipped++;
    else total += await toFile(reader, { since: day, until: day + DAY_MS }, signal, file);
  }
  shell.warn(
    `longshore: ${plural(total, 'event')} written to ${folder}${skipped > 0 ? `; ${plural(skipped, 'complete day')} skipped` : ''}`,
  );
  return signal.aborted ? 1 : 0;
}

/** Events may come late: a file is written again until a day after its own has ended. */
async function isComplete(file: string, day: number): Promise<boolean> {
  const written = await stat(file).catch(() => undefined);
  return written !== undefined && written.mtimeMs >= day + 2 * DAY_MS;
}

async function toFile(reader: ArchiveReader, span: Span, signal: AbortSignal, file: string): Promise<number> {
  const draft = `${file}.part`;
  const handle = await open(draft, 'w');
  let count = 0;
  try {
    const append = async (text: string): Promise<boolean> => {
      await handle.appendFile(text);
      return true;
    };
    count = (await write(reader, span, signal, append)) ?? 0;
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (!signal.aborted) await rename(draft, file);
  return count;
}
