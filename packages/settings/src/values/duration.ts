/**
 * Go's durations: `time.ParseDuration` and back. Exact to the nanosecond, with Go's limits (int64) and its
 * way of cutting fractions, so that the registry and Longshore never read one text differently.
 */
import { trimEnd } from '@longshore/event';

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, the micro sign
  μs: 1_000n, // U+03BC, the Greek letter
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const LIMIT = 2n ** 63n;
const PART = /^(\d*)(?:\.(\d*))?([^.\d]+)/;

/** What a duration looks like; for editors. Overflow aside, it matches what {@link parseDuration} takes. */
export const DURATION_PATTERN = '^[-+]?(0|((\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+)$';

/** The same with whole days, `90d`, which Go does not know: for Longshore's own settings. */
export const DURATION_OR_DAYS_PATTERN = `${DURATION_PATTERN}|^\\d{1,5}d$`;

/** Nanoseconds, or undefined where Go says "invalid duration". */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  if (rest === '') return undefined;
  let total = 0n;
  while (rest !== '') {
    const [part, whole = '', fraction, unitName = ''] = PART.exec(rest) ?? [];
    const unit = Object.hasOwn(NANOSECONDS, unitName) ? NANOSECONDS[unitName] : undefined;
    if (part === undefined || unit === undefined || (whole === '' && !fraction)) return undefined;
    const value = BigInt(whole || '0') * unit + fractionOf(fraction ?? '', unit);
    total += value;
    if (total > LIMIT) return undefined;
    rest = rest.slice(part.length);
  }
  if (negative) return -total;
  return total < LIMIT ? total : undefined;
}

/** Go multiplies a fraction as a float and cuts it; digits beyond 63 bits do not count. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > (LIMIT - 1n) / 10n || next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return value === 0n ? 0n : BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** Milliseconds of a duration in words such as `1m30s`, or undefined when it is none. */
export function durationOf(text: string): number | undefined {
  const read = parseDuration(text);
  return read === undefined ? undefined : milliseconds(read);
}

/** Milliseconds of a number of nanoseconds; a fraction when there is one. */
export function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e6;
}

/** Milliseconds as a duration that reads well and parses to the same: `1h30m`, `1.5s`, `500ns`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = BigInt(Math.round(Math.abs(ms) * 1e6));
  if (rest === 0n) return '0s';
  const sign = ms < 0 ? '-' : '';
  if (rest < 1_000_000_000n) return sign + small(rest);
  let text = sign;
  for (const unit of ['h', 'm'] as const) {
    const size = NANOSECONDS[unit] ?? 1n;
    if (rest >= size) text += `${rest / size}${unit}`;
    rest %= size;
  }
  return rest === 0n ? text : `${text}${decimal(rest, 9)}s`;
}

function small(nanoseconds: bigint): string {
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  return nanoseconds < 1_000_000n ? `${decimal(nanoseconds, 3)}µs` : `${decimal(nanoseconds, 6)}ms`;
}

/** `value` divided by 10^places, without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = trimEnd(digits.slice(-places), '0');
  return digits.slice(0, -places) + (fraction && `.${fraction}`);
}
