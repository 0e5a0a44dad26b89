/**
 * Lists as CSV and NDJSON: streamed page by page, as fast as the client reads, in constant memory. When the client is
 * gone the query ends. An error in the middle breaks the connection, so that no client takes a part for the whole.
 */
import { Readable } from 'node:stream';
import { printableLines } from '@longshore/event';
import { csvItem, csvLine } from '@longshore/operator/archive';
import type Koa from 'koa';
import type { Export } from './route.js';

/** Media types of the formats of an export. */
export const EXPORT_TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** One of {@link EXPORT_TYPES}. */
export type ExportFormat = keyof typeof EXPORT_TYPES;

/** `format` of the query, else what `Accept` prefers; undefined: JSON, in pages. */
export function exportFormat(ctx: Koa.Context, query: { format?: unknown }): ExportFormat | undefined {
  const accepted = ctx.accepts('application/json', ...Object.values(EXPORT_TYPES));
  const format = query.format ?? Object.entries(EXPORT_TYPES).find(([, type]) => type === accepted)?.[0];
  return format === 'csv' || format === 'ndjson' ? format : undefined;
}

const gone = new WeakMap<Koa.Context, AbortSignal>();

/** Aborts when the client closes the connection before it has the whole answer. */
export function goneSignal(ctx: Koa.Context): AbortSignal {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    if (!ctx.res.writableFinished) controller.abort();
  });
  gone.set(ctx, controller.signal);
  return controller.signal;
}

/** Is there no client any more? */
export const isGone = (ctx: Koa.Context): boolean => gone.get(ctx)?.aborted === true;

/** Answers when the first items are there, so that an error until then is an ordinary one. */
export async function sendExport(
  ctx: Koa.Context,
  format: ExportFormat,
  { name, columns, items }: Export,
  onInternalError: (error: unknown) => void,
): Promise<void> {
  const pages = items[Symbol.asyncIterator]();
  const first = await pages.next();
  const line =
    format === 'csv'
      ? (item: object) => csvItem(columns, item)
      : (item: object) => `${printableLines(JSON.stringify(item))}\n`;
  async function* chunks(): AsyncGenerator<string> {
    try {
      if (format === 'csv') yield csvLine(columns);
      for (let page = first; !page.done; page = await pages.next()) yield page.value.map(line).join('');
    } catch (error) {
      if (!isGone(ctx)) onInternalError(error);
      throw error;
    } finally {
      await pages.return?.();
    }
  }
  ctx.type = EXPORT_TYPES[format];
  ctx.attachment(`longshore-${name}-${new Date().toISOString().slice(0, 10)}.${format}`, {
    type: 'attachment',
  });
  ctx.type = `${EXPORT_TYPES[format]}; charset=utf-8`;
  ctx.body = Readable.from(chunks(), { objectMode: false, highWaterMark: 64 * 1024 });
}
