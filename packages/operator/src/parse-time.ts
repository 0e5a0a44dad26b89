/** A time as an operator writes it: how long ago, or a date. */
import { durationOf } from '@longshore/config';
import { LongshoreError } from '@longshore/event';

const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const AGO = /^(?:(\d+)w)?(?:(\d+)d)?(.*?)(?:\s+ago)?$/;
const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

/**
 * `2h`, `90m ago`, `3d`, `1d12h`, `2w`: so long before `now`. `2026-11-21`, `2026-11-21T03:00:00Z`: that moment. A date
 * alone is midnight UTC; a time without a zone is in the zone of this machine.
 * @param name of the option or parameter, for the error
 * @returns epoch milliseconds
 * @throws LongshoreError REQUEST_INVALID
 */
export function parseTime(name: string, text: string, now: number): number {
  const written = text.trim();
  if (DATE.test(written)) {
    const at = Date.parse(written.replace(' ', 'T'));
    if (!Number.isNaN(at)) return at;
  }
  const [, weeks, days, rest = ''] = AGO.exec(written) ?? [];
  const ms = rest === '' ? ((weeks ?? days) === undefined ? undefined : 0) : durationOf(rest);
  const before = (Number(weeks ?? 0) * WEEK_DAYS + Number(days ?? 0)) * DAY_MS;
  if (ms !== undefined && ms >= 0) return now - before - ms;
  throw new LongshoreError(
    'REQUEST_INVALID',
    `${name}: ${JSON.stringify(text)} is not a time; write how long ago (30m, 2h, 3d, 2w) or a date (2026-11-21, 2026-11-21T03:00:00Z)`,
  );
}
