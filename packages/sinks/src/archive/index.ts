/**
 * The sink of the archive: a batch is one transaction. An outage of PostgreSQL is no attempt, however long it is, and an
 * event that PostgreSQL will never take is dead alone.
 */
import type { ArchiveWriter, WriteResult } from '@longshore/archive/write';
import { LongshoreError } from '@longshore/event';
import type { Attempt, Deferred, SendResult, Sink } from '../sink.js';

/** What it is opened with. */
export interface ArchiveSinkOptions {
  writer: ArchiveWriter;
}

/** After an outage of PostgreSQL nothing is written for so long; it doubles up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

const STORED: SendResult = { kind: 'delivered', reason: 'archived' };
const DUPLICATE: SendResult = { kind: 'delivered', reason: 'archive_duplicate' };

/** See the header. */
export function openArchiveSink({ writer }: ArchiveSinkOptions): Sink {
  const closing = new AbortController();
  const inFlight = new Set<Promise<unknown>>();
  let pauseMs = FIRST_PAUSE_MS;

  const send: Sink['send'] = async (deliveries, { signal }) => {
    const ends = AbortSignal.any([signal, closing.signal]);
    if (ends.aborted) return deliveries.map(() => 'aborted');
    try {
      const results = await writer.write(deliveries, ends);
      pauseMs = FIRST_PAUSE_MS;
      return results.map(resultOf);
    } catch (error) {
      if (ends.aborted) return deliveries.map(() => 'aborted');
      const result = deferred(error, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      return deliveries.map(() => result);
    }
  };

  return {
    send(deliveries: readonly Parameters<Sink['send']>[0][number][], attempt: Attempt) {
      const sending = send(deliveries, attempt);
      inFlight.add(sending);
      return sending.finally(() => inFlight.delete(sending));
    },
    async close() {
      closing.abort();
      await Promise.all(inFlight);
    },
  };
}

/** A rejected event has a result of its own: it is no failure of the others. */
function resultOf(result: WriteResult): SendResult {
  if (result === 'stored') return STORED;
  if (result === 'duplicate') return DUPLICATE;
  const detail = `${result.rejected}; the event is kept here: report it, and retry it with a newer version`;
  return { kind: 'dead', reason: 'archive_rejected', detail };
}

function deferred(error: unknown, pauseMs: number): Deferred {
  const why = error instanceof LongshoreError ? error.message : String(error);
  return { kind: 'deferred', until: Date.now() + pauseMs, why, ours: 'archive' };
}
