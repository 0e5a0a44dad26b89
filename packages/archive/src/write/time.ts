/**
 * The time under which an event is filed. It is a function of the event and never of its arrival, since the same event
 * is the same row only under the same time. A time that cannot be right is replaced by that of its receipt, which is
 * fixed when ingest takes it.
 */
import { isoTime } from '@longshore/event';

/** No retention is shorter. */
const SHORTEST_RETENTION_MS = 3_600_000;
/** Clocks may be wrong by so much. */
const AHEAD_MS = 10 * 60_000;
const YEAR_MS = 365 * 24 * 3_600_000;

/** An event's time as text of PostgreSQL, with microseconds. */
export interface FiledTime {
  at: string;
  /**
   * The same event may be filed under another time: under its receipt, which is another when it is sent again, or
   * before the retention was changed.
   */
  isUnsure: boolean;
}

/**
 * @param sent as the sender wrote it
 * @param receivedAt epoch milliseconds
 * @param retention milliseconds; 0 keeps everything, and then a clock may be a year behind
 */
export function filedTime(sent: string | undefined, receivedAt: number, retention: number): FiledTime {
  const iso = sent === undefined ? undefined : isoTime(sent);
  const time = iso === undefined ? Number.NaN : Date.parse(iso);
  const isUsable = time >= receivedAt - (retention || YEAR_MS) && time <= receivedAt + AHEAD_MS;
  if (!isUsable || iso === undefined || sent === undefined) {
    // As many digits as the others have: times of one form are compared as text.
    return { at: new Date(receivedAt).toISOString().replace('Z', '000Z'), isUnsure: true };
  }
  return { at: withMicroseconds(iso, sent), isUnsure: time < receivedAt - SHORTEST_RETENTION_MS };
}

/** The fraction of the second is the same in every zone. */
function withMicroseconds(iso: string, sent: string): string {
  const [, fraction = ''] = /\.(\d{1,9})/.exec(sent) ?? [];
  return `${iso.slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}
