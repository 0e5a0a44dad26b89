/**
 * Durations as a setting. The registry takes Go's (`500ms`), and a bare number as nanoseconds, which nobody
 * means: it is read the same way here, with a warning that says what was probably meant.
 */
import type { Scalar } from '../yaml/node.js';
import { asInt64 } from '../yaml/resolve.js';
import { DURATION_PATTERN, formatDuration, milliseconds, parseDuration } from './duration.js';
import { textOf } from './scalars.js';
import { value } from './setting.js';

/** Milliseconds, for the limits of settings. */
export const SECOND = 1_000;
/** Milliseconds, for the limits of settings. */
export const DAY = 24 * 3_600_000;

interface DurationLimits {
  /** What 0 or less means, where the registry gives it a meaning. */
  fallback?: string;
  /** Milliseconds; the least that is accepted where there is no fallback. */
  min?: number;
  /** Milliseconds; the most that is accepted. */
  max?: number;
  /** What happens when it is next to nothing. */
  tiny?: string;
}

const MILLISECOND = 1_000_000n;
/** Above this a bare number was hardly meant as milliseconds. */
const PLAUSIBLE = 1_000_000n;

/** A duration, in milliseconds. */
export const duration = ({ fallback, min = 0, max, tiny }: DurationLimits = {}) => {
  const otherwise = fallback === undefined ? undefined : milliseconds(parseDuration(fallback) ?? 0n);
  return value<number>({
    words: 'duration',
    json: { type: ['string', 'integer'], pattern: DURATION_PATTERN },
    read(scalar, refuse) {
      const read = nanoseconds(scalar);
      if (read === undefined) return refuse(noDuration(scalar));
      if (otherwise !== undefined && read <= 0n) return otherwise;
      const ms = milliseconds(read);
      if (ms < min) return refuse(`is ${formatDuration(ms)}; it must be at least ${formatDuration(min)}`);
      if (max !== undefined && ms > max)
        return refuse(`is longer than ${formatDuration(max)}, the most that works`);
      return ms;
    },
    print: formatDuration,
    trap: (scalar) => trap(scalar, fallback, tiny),
  });
};

/** As yaml.v2 reads a duration: text by Go's rules, quoted or not; numbers as nanoseconds. */
function nanoseconds(scalar: Scalar): bigint | undefined {
  return scalar.resolved.kind === 'text' ? parseDuration(scalar.resolved.value) : asInt64(scalar.resolved);
}

function noDuration(scalar: Scalar): string {
  const written = textOf(scalar);
  const tight = written.replaceAll(/\s/g, '');
  if (/^\d+$/.test(written))
    return `is text without a unit, which the registry refuses; write ${written}ms or ${written}s`;
  if (tight !== written && parseDuration(tight) !== undefined) return `must not have a space; write ${tight}`;
  const [, days] = /^(\d{1,5})d$/.exec(tight) ?? [];
  if (days !== undefined) return `days are no unit of a duration; write ${Number(days) * 24}h`;
  return 'is no duration; write a number with a unit, such as 500ms, 5s, 1m30s or 24h';
}

function trap(scalar: Scalar, fallback: string | undefined, tiny: string | undefined): string | undefined {
  const read = nanoseconds(scalar);
  if (read === undefined) return undefined;
  if (fallback !== undefined && read <= 0n) {
    return `0 or less means the default, ${fallback}, as in the registry. Write ${fallback}, or remove the key`;
  }
  if (scalar.resolved.kind === 'text' || read === 0n) return undefined;
  const exact = formatDuration(milliseconds(read));
  const cut = scalar.resolved.kind === 'float' ? 'cut to ' : '';
  const said = `${scalar.text} has no unit, so it is ${cut}${read} ${read === 1n ? 'nanosecond' : 'nanoseconds'}, as in the registry`;
  if (read > PLAUSIBLE) return `${said}. Write ${exact}`;
  const effect = read < MILLISECOND && tiny !== undefined ? `: ${tiny}` : '';
  return `${said}${effect}. Write ${meant(scalar)}, or ${exact} if you mean that`;
}

/** A small number was probably meant as seconds, a larger one as milliseconds. */
function meant({ text, resolved }: Scalar): string {
  const number = resolved.kind === 'int' || resolved.kind === 'float' ? Number(resolved.value) : 0;
  const amount = resolved.kind === 'float' ? String(number) : String(asInt64(resolved) ?? text);
  return number < 60 ? `${amount}s` : `${amount}ms`;
}
