/**
 * Writes deliveries into the archive: each event once, however often it comes. A batch is one transaction. One that
 * PostgreSQL refuses because of a row is halved until that row stands alone.
 */
import { type Delivery, LongshoreError } from '@longshore/event';
import { unavailable } from '../db/check.js';
import { isArchiveUnavailable, isNoPartition } from '../db/errors.js';
import type { Archive } from '../db/open.js';
import { ensurePartitions } from '../db/partitions.js';
import { missingRange, type PartitionWidth, type Range, rangeAt } from '../db/ranges.js';
import type { Addresses } from './address.js';
import { createDictionary, type Dictionary, type IdRow } from './dictionary.js';
import { insertStatement, type PackedRow } from './insert.js';
import { writeLines } from './lines.js';
import { type Row, rowOf } from './row.js';
import { bodyText, packBody, type StoredColumns } from './stored.js';
import { writeBatch } from './transaction.js';
import { within } from './within.js';

/** What is kept, and how: as in `archive` of the configuration. */
export interface ArchiveWriterOptions {
  /** Keep what is delivered; without it an event cannot be replayed. */
  body: boolean;
  addresses: Addresses;
  partition: PartitionWidth;
  /** Milliseconds; 0: everything is kept. */
  retention: number;
  /** The `grace` in milliseconds after which pulls are computed; a line of a log does not wait for it. */
  sessions?: { grace: number };
}

/** What became of a delivery. `rejected`: PostgreSQL will never take it, for this reason. */
export type WriteResult = 'stored' | 'duplicate' | { rejected: string };

/** See the header. */
export interface ArchiveWriter {
  /**
   * @returns a result for each delivery, in their order, after the COMMIT
   * Rejects with LongshoreError ARCHIVE_UNAVAILABLE, or with the reason of the signal. Some of the
   * deliveries may be written then: they are duplicates when they come again.
   */
  write(deliveries: readonly Delivery[], signal: AbortSignal): Promise<WriteResult[]>;
}

/** A delivery that a row can be made of. */
interface Item {
  delivery: Delivery;
  row: Row;
  /** Its place in the call. */
  place: number;
}

/** By the place in the call. */
type Results = WriteResult[];

/** See the header. */
export function createArchiveWriter(archive: Archive, options: ArchiveWriterOptions): ArchiveWriter {
  const parts: Parts = {
    archive,
    options,
    dictionary: createDictionary(archive.pool),
    statement: insertStatement(options.addresses),
    ranges: [],
  };
  return {
    async write(deliveries, signal) {
      const results: Results = [];
      const items = deliveries.flatMap((delivery, place) =>
        itemOf(delivery, place, options.retention, results),
      );
      // In the order of their ids: two processes that write the same events never wait for each other in a circle.
      items.sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
      try {
        await writeHalving(parts, items, signal, results);
      } catch (error) {
        // PostgreSQL that was away may come back as another database.
        parts.dictionary.forget();
        parts.ranges.length = 0;
        if (signal.aborted || error instanceof LongshoreError) throw error;
        throw unavailable(error);
      }
      return results;
    },
  };
}

interface Parts {
  archive: Archive;
  options: ArchiveWriterOptions;
  dictionary: Dictionary;
  statement: string;
  /** Partitions that are there. */
  ranges: Range[];
}

/** A fault in one event costs that event. */
function itemOf(delivery: Delivery, place: number, retention: number, results: Results): Item[] {
  try {
    return [{ delivery, row: rowOf(delivery, retention), place }];
  } catch (error) {
    results[place] = { rejected: wordsOf(error) };
    return [];
  }
}

async function writeHalving(
  parts: Parts,
  items: readonly Item[],
  signal: AbortSignal,
  results: Results,
): Promise<void> {
  const [first] = items;
  if (!first) return;
  try {
    await writeItems(parts, items, signal, results);
  } catch (error) {
    if (signal.aborted || isArchiveUnavailable(error)) throw error;
    if (items.length === 1) {
      results[first.place] = { rejected: wordsOf(error) };
      return;
    }
    const middle = Math.ceil(items.length / 2);
    await writeHalving(parts, items.slice(0, middle), signal, results);
    await writeHalving(parts, items.slice(middle), signal, results);
  }
}

async function writeItems(
  parts: Parts,
  items: readonly Item[],
  signal: AbortSignal,
  results: Results,
): Promise<void> {
  await within(signal, () => preparePartitions(parts, items));
  const isLine = ({ delivery }: Item): boolean => delivery.class === 'log';
  const [lines, events] = [items.filter(isLine), items.filter((item) => !isLine(item))];
  // A line is looked at together with its event, which may come with it.
  if (events.length > 0) await writeEvents(parts, events, signal, results);
  if (lines.length > 0) await writeLog(parts, lines, signal, results);
}

/** Retention may have dropped a partition that was there a moment ago: it is made again. */
async function withPartitions<T>(
  parts: Parts,
  items: readonly Item[],
  signal: AbortSignal,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isNoPartition(error)) throw error;
    parts.ranges.length = 0;
    await within(signal, () => preparePartitions(parts, items));
    return write();
  }
}

async function writeLog(
  parts: Parts,
  lines: readonly Item[],
  signal: AbortSignal,
  results: Results,
): Promise<void> {
  const { archive, options } = parts;
  const write = () => within(signal, (ends) => writeLines(archive.pool, lines, options, ends));
  const added = await withPartitions(parts, lines, signal, write);
  for (const { row, place } of lines) results[place] = added.delete(row.id) ? 'stored' : 'duplicate';
}

async function writeEvents(
  parts: Parts,
  items: readonly Item[],
  signal: AbortSignal,
  results: Results,
): Promise<void> {
  const { archive, dictionary, statement } = parts;
  const rows = await within(signal, () => dictionary.resolve(items.map(({ row }) => row)));
  const packed = await packedRows(parts, items, rows);
  const write = () => within(signal, (ends) => writeBatch(archive.pool, statement, packed, ends));
  const added = await withPartitions(parts, items, signal, write);
  for (const { row, place } of items) results[place] = added.delete(row.id) ? 'stored' : 'duplicate';
}

function packedRows(
  { options, dictionary }: Parts,
  items: readonly Item[],
  rows: readonly IdRow[],
): Promise<PackedRow[]> {
  const packing = items.map(async ({ delivery, row }, i): Promise<PackedRow> => {
    const withIds = rows[i];
    if (!withIds) throw new TypeError('a row is missing');
    if (!options.body) return { ...withIds, body: null, bodyBytes: null };
    const columns = columnsOf(delivery, row, dictionary.sourceKind(row.source) ?? row.sourceKind);
    const { bytes, data } = packBody(bodyText(delivery, columns, options.addresses));
    return { ...withIds, body: await data, bodyBytes: bytes };
  });
  return Promise.all(packing);
}

/** As the columns will give it back: what differs is kept in the body. */
const columnsOf = (delivery: Delivery, row: Row, sourceKind: string): StoredColumns => ({
  eventId: row.eventUuid ?? row.eventId ?? '',
  source: row.source,
  sourceKind,
  action: row.action,
  nativeType: row.nativeType,
  repository: row.repository,
  tag: row.tag,
  digest: row.digest && (delivery.view.digest ?? null),
  mediaType: row.mediaType,
  receivedAt: row.receivedAt,
});

async function preparePartitions({ archive, options, ranges }: Parts, items: readonly Item[]): Promise<void> {
  const times = items.map(({ row }) => Date.parse(row.at));
  const missing = times.filter((time) => missingRange(time, 'day', ranges) !== undefined);
  if (missing.length === 0) return;
  await ensurePartitions(archive.pool, options.partition, missing);
  for (const time of missing) {
    const range = rangeAt(time, 'day');
    if (!ranges.some(({ since }) => since === range.since)) ranges.push(range);
  }
}

const wordsOf = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
  return `${message}${code}`;
};
