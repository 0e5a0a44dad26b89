/** Numbers of a chart's axis, and days that are put together when there are too many for one bar each. */

const STEPS = [1, 2, 4, 6, 8, 10];

/** The top of an axis for values up to `max`: a round number whose half is round too. At least 1. */
export function axisTop(max: number): number {
  if (max <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(max));
  const step = STEPS.find((each) => each * power >= max) ?? 10;
  return step * power;
}

/** Values of one day or of the days from it on. */
export interface Bin {
  /** `2026-11-21`: its first day, UTC. */
  from: string;
  /** Its last day; equal to `from` for a single day. */
  to: string;
  /** One for each series. */
  values: readonly number[];
}

/** More bars than this would be thinner than a finger, and on a phone thinner than a pixel. */
const MAX_BARS = 92;
const DAY_MS = 86_400_000;
const WEEK = 7;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/**
 * One bin for each day of a window, days without values included; a bin for each seven days when it is longer than
 * 92 days. The last bin may then be shorter.
 * @param from first day, as `2026-11-21`
 * @param to last day
 * @param values by day
 * @param series number of values of a day
 */
export function binDays(
  from: string,
  to: string,
  values: ReadonlyMap<string, readonly number[]>,
  series: number,
): Bin[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const count = Math.round((end - start) / DAY_MS) + 1;
  const width = count > MAX_BARS ? WEEK : 1;
  return Array.from({ length: Math.ceil(count / width) }, (_, n) => {
    const first = start + n * width * DAY_MS;
    const last = Math.min(end, first + (width - 1) * DAY_MS);
    const days = Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, day) =>
      dayOf(first + day * DAY_MS),
    );
    const sum = (index: number): number =>
      days.reduce((total, day) => total + (values.get(day)?.[index] ?? 0), 0);
    return { from: dayOf(first), to: dayOf(last), values: Array.from({ length: series }, (_, s) => sum(s)) };
  });
}
