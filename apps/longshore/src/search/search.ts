/** `longshore search`: events, image events and pulls of the archive, straight from PostgreSQL. */
import { Writable } from 'node:stream';
import type { ArchiveReader } from '@longshore/archive/read';
import { localTime, plural } from '@longshore/event';
import { csvItem, csvLine, everyPage } from '@longshore/operator/archive';
import { load } from '../load.js';
import { openCommandArchive } from '../operator/command-archive.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { EVENTS, IMAGES, PULLS, type SearchKind } from './kinds.js';
import { tableOf } from './table.js';

/** Options of the command; the others are the names of the API's parameters. */
export interface SearchOptions extends Record<string, unknown> {
  /** Path of the configuration. */
  config: string;
  limit: number;
  output: 'table' | 'json' | 'ndjson' | 'csv';
  /** What is searched. */
  class: 'event' | 'image' | 'pull';
}

/** @throws LongshoreError REQUEST_INVALID, ARCHIVE_OFF, ARCHIVE_UNAVAILABLE, ARCHIVE_SLOW */
export async function search(text: string | undefined, options: SearchOptions, shell: Shell): Promise<void> {
  const { config, limit, output, class: searched, ...rest } = options;
  const written = { ...rest, ...(text !== undefined && { text }) };
  const asked = { config, limit, output, written };
  if (searched === 'image') await searchFor(IMAGES, asked, shell);
  else if (searched === 'pull') await searchFor(PULLS, asked, shell);
  else await searchFor(EVENTS, asked, shell);
}

interface Asked extends Pick<SearchOptions, 'config' | 'limit' | 'output'> {
  /** The filter. */
  written: object;
}

async function searchFor<Item extends object>(
  kind: SearchKind<Item>,
  { config: file, limit, output, written }: Asked,
  shell: Shell,
): Promise<void> {
  const read = kind.reading(written);
  const { config } = load(file, shell.env);
  const [archive, { createArchiveReader }] = await Promise.all([
    openCommandArchive(config, file),
    import('@longshore/archive/read'),
  ]);
  try {
    const reader = createArchiveReader(archive);
    await interruptible(shell.signals, async (signal) => {
      const pages = everyPage((page) => read(reader, page), { limit, signal });
      const found = { kind, pages: whileRead(pages, shell.stdout), limit, reader, shell };
      await PRINT[output](found).catch((error: unknown) => {
        if (!signal.aborted) throw error;
        shell.exitWith(1);
      });
    });
  } finally {
    await archive.close();
  }
}

/** The next page is read when the reader of stdout has taken this one, and none when it is gone (`| head`). */
async function* whileRead<Page>(pages: AsyncIterable<Page>, stdout: object): AsyncGenerator<Page> {
  for await (const page of pages) {
    yield page;
    if (stdout instanceof Writable) {
      const fault = await new Promise((resolve) => stdout.write('', resolve));
      if (fault) return;
    }
  }
}

interface Found<Item extends object> {
  kind: SearchKind<Item>;
  /** Newest first. */
  pages: AsyncIterable<Item[]>;
  limit: number;
  reader: ArchiveReader;
  shell: Shell;
}

const PRINT: Readonly<
  Record<SearchOptions['output'], <Item extends object>(found: Found<Item>) => Promise<void>>
> = {
  async json({ pages, shell }) {
    let before = '[';
    for await (const page of pages) {
      for (const item of page) {
        shell.print(`${before}${JSON.stringify(item)}`);
        before = ',';
      }
    }
    shell.print(before === '[' ? '[]' : ']');
  },
  async ndjson({ pages, shell }) {
    for await (const page of pages) for (const item of page) shell.print(JSON.stringify(item));
  },
  async csv({ kind: { columns }, pages, shell }) {
    shell.stdout.write(csvLine(columns));
    for await (const page of pages) for (const item of page) shell.stdout.write(csvItem(columns, item));
  },
  async table({ kind, pages, limit, reader, shell }) {
    const items = [];
    for await (const page of pages) items.push(...page);
    if (items.length === 0) return shell.print(`No ${kind.noun}s match. ${await reach(reader)}`);
    const { isTTY, columns } = shell.stdout;
    for (const line of tableOf(kind.table, items, isTTY ? columns : undefined)) shell.print(line);
    const more = items.length < limit ? '' : '; there may be more: use --limit or a filter';
    shell.print(`${plural(items.length, kind.noun)}, newest first${more}`);
  },
};

async function reach(reader: ArchiveReader): Promise<string> {
  const { since } = await reader.coverage();
  return since === undefined ? 'The archive is empty.' : `The archive begins at ${localTime(since)}.`;
}
