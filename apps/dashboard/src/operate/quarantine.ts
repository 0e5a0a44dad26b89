/**
 * What is done with quarantined requests. A retry reads one anew, after an upgrade or a change of the source: what
 * can be read is delivered, what cannot stays with the reason of now. An entry goes only once all of it is durable.
 */
import type { Journal, Quarantine, Quarantined, QuarantineFilter } from '@longshore/queue/operator';

/** Takes a request again that was kept: the way in of ingest. */
export type Replay = (
  source: string,
  raw: { method: string; path: string; headers: Record<string, string>; body: Buffer; receivedAt: number },
) => Promise<Replayed>;

/** What became of it; resolves when that is durable. */
export interface Replayed {
  /** Events taken. */
  accepted: number;
  /** Deliveries made. */
  enqueued: number;
  duplicates: number;
  ignored: number;
  /** Ids in quarantine of what still cannot be read. */
  kept: readonly string[];
  /** Why it cannot be read. */
  reason?: string;
}

/** What became of one entry. */
export type Retried =
  | ({ id: string; outcome: 'taken' } & Omit<Replayed, 'kept' | 'reason'>)
  /** It is in quarantine as before, with the reason of now. */
  | { id: string; outcome: 'unreadable'; reason: string }
  /** More was sent than is kept of it, so it cannot be read. */
  | { id: string; outcome: 'cut'; bytes: number }
  /** Somebody else has taken or dropped it. */
  | { id: string; outcome: 'gone' };

export interface QuarantineParts {
  quarantine: Quarantine;
  journal: Journal;
  replay: Replay;
  by: string;
}

export function createQuarantineActs({ quarantine, journal, replay, by }: QuarantineParts) {
  const leave = async (entry: Quarantined, outcome: 'replayed' | 'dropped'): Promise<boolean> => {
    if (!(await quarantine.drop(entry.id))) return false;
    const { id: quarantineId, source, reason } = entry;
    await journal.write([
      { what: 'unquarantined', at: Date.now(), by, quarantineId, source, reason, outcome },
    ]);
    return true;
  };

  const retryOne = async (id: string): Promise<Retried> => {
    const entry = await quarantine.get(id);
    if (!entry) return { id, outcome: 'gone' };
    const body = Buffer.from(entry.body, 'base64');
    if (isCut(entry)) return { id, outcome: 'cut', bytes: entry.bytes };
    const { source, path, headers, receivedAt } = entry;
    const { kept, reason, ...counts } = await replay(source, {
      method: 'POST',
      path,
      headers,
      body,
      receivedAt,
    });
    // Put again under its own id: it never left.
    if (kept.includes(id)) return { id, outcome: 'unreadable', reason: reason ?? entry.reason };
    await leave(entry, 'replayed');
    return { id, outcome: 'taken', ...counts };
  };

  /** Ids first: a retry puts entries back while they are walked through. */
  const idsOf = async (filter: QuarantineFilter): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of quarantine.each(filter)) ids.push(id);
    return ids;
  };

  return {
    /** The oldest first, one after the other; ends early when the signal aborts. */
    async *retry(filter: QuarantineFilter, signal?: AbortSignal): AsyncGenerator<Retried> {
      for (const id of (await idsOf(filter)).reverse()) {
        if (signal?.aborted) return;
        yield await retryOne(id);
      }
    },
    /** @returns how many were dropped */
    async drop(filter: QuarantineFilter): Promise<number> {
      let dropped = 0;
      for await (const entry of quarantine.each(filter)) {
        if (await leave(entry, 'dropped')) dropped++;
      }
      return dropped;
    },
  };
}

/** Whether more was sent than is kept. */
export const isCut = ({ body, bytes }: Pick<Quarantined, 'body' | 'bytes'>): boolean =>
  bytes > Buffer.byteLength(body, 'base64');
