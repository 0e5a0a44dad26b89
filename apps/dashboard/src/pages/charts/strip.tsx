/**
 * The last hours in one line: a bar for each quarter of an hour, or minute, as high as it had attempts. One path for
 * each kind of mark, so that a strip is about 1 KB whatever it shows.
 */
import { formatDuration } from '@longshore/event';

/** One bar. */
export interface Mark {
  /** Start of its time, epoch milliseconds. */
  at: number;
  /** Delivered, or accepted. */
  good: number;
  /** Failed, or quarantined. */
  bad: number;
  /** Held, or spooled, in that time: shown behind the bar. */
  waits: boolean;
}

/** What the strip shows. */
export interface StripProps {
  /** Of which time, for screen readers: `Last 24 hours`. */
  label: string;
  marks: readonly Mark[];
  /** Words for the numbers: `delivered`, `failed`. */
  words: { good: string; bad: string; waits: string };
  /** Value of the highest bar; that of the marks unless given. */
  top?: number;
}

/** Units of the drawing: a bar is 3 wide with its gap. */
const [STEP, BAR, HEIGHT] = [3, 2, 20];
/** Less would not be seen. */
const LEAST = 3;

/** The strip. Its numbers are in the name that screen readers read. */
export function Strip({ label, marks, words, top }: StripProps) {
  const highest = top ?? Math.max(1, ...marks.map(({ good, bad }) => good + bad));
  const [good, bad, waits] = [[] as string[], [] as string[], [] as string[]];
  for (const [n, mark] of marks.entries()) {
    const x = n * STEP;
    if (mark.waits) waits.push(`M${x} 0v${HEIGHT}h${STEP}V0z`);
    const [low, high] = [heightOf(mark.good, highest), heightOf(mark.bad, highest)];
    // A bar that is full keeps its failures visible.
    const base = Math.min(low, HEIGHT - high);
    if (low > 0 && base > 0) good.push(`M${x} ${HEIGHT}v${-base}h${BAR}v${base}z`);
    if (high > 0) bad.push(`M${x} ${HEIGHT - base}v${-high}h${BAR}v${high}z`);
  }
  return (
    <svg
      class="strip"
      role="img"
      aria-label={summary(label, marks, words)}
      viewBox={`0 0 ${marks.length * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <title>{summary(label, marks, words)}</title>
      <path class="none" d={`M0 ${HEIGHT - 0.5}H${marks.length * STEP}`} />
      {waits.length > 0 && <path class="waits" d={waits.join('')} />}
      {good.length > 0 && <path class="good" d={good.join('')} />}
      {bad.length > 0 && <path class="bad" d={bad.join('')} />}
    </svg>
  );
}

/** The root: a quarter with few attempts is seen beside one with thousands. */
const heightOf = (value: number, top: number): number =>
  value === 0 ? 0 : Math.max(LEAST, Math.round(Math.sqrt(value / top) * HEIGHT));

function summary(label: string, marks: readonly Mark[], { good, bad, waits }: StripProps['words']): string {
  const sum = (of: 'good' | 'bad'): number => marks.reduce((total, mark) => total + mark[of], 0);
  const stepMs = (marks[1]?.at ?? 0) - (marks[0]?.at ?? 0);
  const waiting = marks.filter((mark) => mark.waits).length * stepMs;
  const parts = [`${sum('good')} ${good}`, `${sum('bad')} ${bad}`];
  if (waiting > 0) parts.push(`${waits} for up to ${formatDuration(waiting)}`);
  return `${label}: ${parts.join(', ')}`;
}
