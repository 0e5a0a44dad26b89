/**
 * Days as whole months, and the days at the edges: a list of 90 days reads some three rows for each repository instead
 * of 90. Of a month with more than half of its days, the others are taken off again.
 */
import { type RawBuilder, sql } from 'kysely';
import { MONTHLY } from '../db/tables.js';
import type { Condition } from './filter.js';
import type { Days } from './statistics.js';

const DAY_MS = 86_400_000;

/** See the header. Months by their first days; the days of `plus` count, those of `minus` count in a month too much. */
export interface Periods {
  months: string[];
  plus: Days[];
  minus: Days[];
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const length = ({ from, to }: Days): number => Math.max(0, Date.parse(to) - Date.parse(from)) / DAY_MS;

/** @param now epoch milliseconds: later days have no rows yet */
export function periodsOf({ from, to }: Days, now = Date.now()): Periods {
  const periods: Periods = { months: [], plus: [], minus: [] };
  const tomorrow = dayOf(now + DAY_MS);
  for (let month = `${from.slice(0, 7)}-01`; month < to; month = nextMonth(month)) {
    const end = nextMonth(month);
    const inside = { from: from > month ? from : month, to: earlier(to, end) };
    const outside = [
      { from: month, to: inside.from },
      { from: inside.to, to: earlier(end, tomorrow) },
    ].filter((days) => length(days) > 0);
    if (length(inside) <= outside.reduce((sum, days) => sum + length(days), 0)) periods.plus.push(inside);
    else {
      periods.months.push(month);
      periods.minus.push(...outside);
    }
  }
  return periods;
}

/** Days are compared as text. */
const earlier = (one: string, other: string): string => (one > other ? other : one);

function nextMonth(month: string): string {
  const date = new Date(month);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
}

const NAMES = ['pulls', 'checks', 'pushes', 'deletes', 'bytes'];
const COUNTS = sql.raw(NAMES.join(', '));
const NEGATED = sql.raw(NAMES.map((name) => `-${name}`).join(', '));

/** Rows of a subject, as a query with the columns of `activity_day`. @param where on the table */
export function activityIn(subject: number, days: Days, where: Condition): RawBuilder<unknown> {
  const { months, plus, minus } = periodsOf(days);
  const rows = (of: number, counts: RawBuilder<unknown>, when: Condition) =>
    sql`select subject_id, tag, ${counts} from activity_day where subject = ${of} and ${when} and ${where}`;
  const within = ({ from, to }: Days): Condition => sql`day >= ${from}::date and day < ${to}::date`;
  return sql.join(
    [
      rows(subject + MONTHLY, COUNTS, sql`day = any(${months}::date[])`),
      ...plus.map((one) => rows(subject, COUNTS, within(one))),
      ...minus.map((one) => rows(subject, NEGATED, within(one))),
    ],
    sql` union all `,
  );
}
