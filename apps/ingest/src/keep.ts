/** What could not be read, into quarantine: with the headers that help to read it later, without secrets. */
import type { HistoryWriter } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { Quarantine } from '@longshore/queue/quarantine';
import {
  headerIdentity,
  type OpenedRequest,
  type RawRequest,
  storableBody,
  storableHeaders,
  withoutToken,
} from '@longshore/sources';

/** One entry that went into quarantine, with the fields of its record. */
export interface Kept {
  source: string;
  kind: string;
  reason: string;
  bytes: number;
  quarantineId: string;
  /** Ids of entries that were removed to make room. */
  evicted: string[];
}

/** So many unreadable events of a request take one place: a sender that sends nonsense must not fill quarantine. */
const TOO_MANY_ENTRIES = 50;

/** Where it is recorded that something went into quarantine. */
export interface KeptReport {
  observer: Pick<Observer, 'eventQuarantined' | 'log'>;
  trail: HistoryWriter;
}

/** Records each entry, and what had to make room for it: nothing leaves quarantine in silence. */
export function reportKept(
  kept: readonly Kept[],
  { remote, receivedAt: at }: RawRequest,
  { observer, trail }: KeptReport,
): void {
  for (const { evicted, ...entry } of kept) {
    trail.note({ step: 'quarantined', at, ...entry, ...(remote !== undefined && { remote }) });
    observer.eventQuarantined(entry);
    for (const quarantineId of evicted) {
      trail.note({ step: 'unquarantined', at, quarantineId, outcome: 'evicted' });
      observer.log.warn(
        { quarantineId },
        'quarantine is full: the oldest entry of the source that holds most was removed',
      );
    }
  }
}

/** The entries of a request: one for each event that could not be read, or the request when there are too many. */
export function entriesOf(
  raw: RawRequest,
  { kind, quarantined }: OpenedRequest,
): OpenedRequest['quarantined'] {
  if (quarantined.length < TOO_MANY_ENTRIES) return quarantined;
  const reason = `${TOO_MANY_ENTRIES} or more events of the request cannot be read`;
  return [{ reason, body: storableBody(kind, raw.body) }];
}

/** Resolves when all of it is durable. */
export function keep(
  quarantine: Quarantine,
  raw: RawRequest,
  { source, kind }: OpenedRequest,
  entries: OpenedRequest['quarantined'],
): Promise<Kept[]> {
  if (entries.length === 0) return Promise.resolve([]);
  const headers = storableHeaders(raw.headers);
  return Promise.all(
    entries.map(async ({ reason, body, bytes = body.length }) => {
      const entry = {
        source,
        kind,
        reason,
        receivedAt: raw.receivedAt,
        path: withoutToken(raw.path, [source]),
        headers,
        body,
        bytes,
        identity: headerIdentity(headers),
      };
      const { id, evicted } = await quarantine.put(entry);
      return { source, kind, reason, bytes, quarantineId: id, evicted };
    }),
  );
}
