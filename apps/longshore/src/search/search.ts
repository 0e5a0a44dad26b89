/** `longshore search`: events of the archive, straight from PostgreSQL. */
import { Writable } from 'node:stream';
import type { ArchivedEvent } from '@longshore/archive/items';
import type { ArchiveReader, EventFilter } from '@longshore/archive/read';
import { localTime, plural } from '@longshore/event';
import { CSV_COLUMNS, csvItem, csvLine, eventQuery, everyPage, filterOf } from '@longshore/operator/archive';
import { parseInput } from '@longshore/operator/schemas';
import { openCommandArchive } from '../operator/command-archive.js';
import { load } from '../reload.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { eventTable } from './table.js';

/** Options of the command; the others are the names of the API's parameters. */
export interface SearchOptions extends Record<string, unknown> {
  /** Path of the configuration. */
  config: string;
  limit: number;
  output: 'table' | 'json' | 'ndjson' | 'csv';
}

/** @throws LongshoreError REQUEST_INVALID, ARCHIVE_OFF, ARCHIVE_UNAVAILABLE, ARCHIVE_SLOW */
export async function search(text: string | undefined, options: SearchOptions, shell: Shell): Promise<void> {
  const { config: file, limit, output, ...written } = options;
  const filter = filterOf<EventFilter>(
    parseInput(eventQuery, { ...written, ...(text !== undefined && { text }) }),
  );
  const { config } = load(file, shell.env);
  const [archive, { createArchiveReader }] = await Promise.all([
    openCommandArchive(config, file),
    import('@longshore/archive/read'),
  ]);
  try {
    const reader = createArchiveReader(archive);
    await interruptible(shell.signals, async (signal) => {
      const pages = everyPage((page) => reader.events(filter, page), { limit, signal });
      const found = { pages: whileRead(pages, shell.stdout), limit, reader, shell };
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

interface Found {
  /** Newest first. */
  pages: AsyncIterable<ArchivedEvent[]>;
  limit: number;
  reader: ArchiveReader;
  shell: Shell;
}

const PRINT: Readonly<Record<SearchOptions['output'], (found: Found) => Promise<void>>> = {
  async json({ pages, shell }) {
    let before = '[';
    for await (const page of pages) {
      for (const event of page) {
        shell.print(`${before}${JSON.stringify(event)}`);
        before = ',';
      }
    }
    shell.print(before === '[' ? '[]' : ']');
  },
  async ndjson({ pages, shell }) {
    for await (const page of pages) for (const event of page) shell.print(JSON.stringify(event));
  },
  async csv({ pages, shell }) {
    shell.stdout.write(csvLine(CSV_COLUMNS.events));
    for await (const page of pages) {
      for (const event of page) shell.stdout.write(csvItem(CSV_COLUMNS.events, event));
    }
  },
  async table({ pages, limit, reader, shell }) {
    const events: ArchivedEvent[] = [];
    for await (const page of pages) events.push(...page);
    if (events.length === 0) return shell.print(`No events match. ${await reach(reader)}`);
    const { isTTY, columns } = shell.stdout;
    for (const line of eventTable(events, isTTY ? columns : undefined)) shell.print(line);
    const more = events.length < limit ? '' : '; there may be more: use --limit or a filter';
    shell.print(`${plural(events.length, 'event')}, newest first${more}`);
  },
};

async function reach(reader: ArchiveReader): Promise<string> {
  const { since } = await reader.coverage();
  return since === undefined ? 'The archive is empty.' : `The archive begins at ${localTime(since)}.`;
}
