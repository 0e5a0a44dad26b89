/**
 * Durations as a setting, written as Go writes them (`500ms`). The registry reads a number without a unit as
 * nanoseconds. Inside `notifications` it is read the same way, with a warning that suggests the likely
 * unit. The registry has none of our other settings, so elsewhere such a number is an error.
 */

import { asInt64, type Resolved } from '../resolve.js';
import type { Scalar } from '../scalar.js';
import {
  DURATION_OR_DAYS_PATTERN,
  DURATION_PATTERN,
  formatDuration,
  milliseconds,
  parseDuration,
} from './duration.js';
import { textOf } from './scalars.js';
import { value } from './setting.js';

/** Milliseconds, for the limits of settings. */
export const SECOND_MS = 1_000;
/** Milliseconds, for the limits of settings. */
export const DAY_MS = 24 * 3_600_000;

interface DurationLimits {
  /** What 0 or less means, where the registry gives it a meaning. */
  fallback?: string;
  /** Milliseconds; the least that is accepted where there is no fallback. */
  min?: number;
  /** Milliseconds; the most that is accepted. */
  max?: number;
}

interface RegistryLimits extends DurationLimits {
  /** The effect of a value that is nearly 0. */
  tiny?: string;
}

const MILLISECOND = 1_000_000n;
/** A larger bare number is probably not in milliseconds. */
const PLAUSIBLE = 1_000_000n;

/** A duration, in milliseconds. A number other than 0 needs a unit, of which `d` is one more than in Go. */
export const duration = (limits: DurationLimits = {}) =>
  value<number>({
    words: 'duration',
    // The limits are those of a number: 0 is the same in every unit.
    json: { type: ['string', 'integer'], pattern: DURATION_OR_DAYS_PATTERN, minimum: 0, maximum: 0 },
    read(scalar, refuse) {
      const number = Number(textOf(scalar).replaceAll('_', ''));
      if (scalar.resolved.kind !== 'null' && number !== 0 && !Number.isNaN(number)) {
        return refuse(`${textOf(scalar)} has no unit. Write ${units(number)}`);
      }
      return within(limits, scalar, refuse, daysOf(scalar));
    },
    print: formatDuration,
  });

/** A duration inside of `notifications`, in milliseconds: a number without a unit is nanoseconds. */
export const registryDuration = (limits: RegistryLimits = {}) =>
  value<number>({
    words: 'duration',
    json: { type: ['string', 'integer'], pattern: DURATION_PATTERN },
    read: (scalar, refuse) => within(limits, scalar, refuse),
    print: formatDuration,
    lint: (scalar) => lint(scalar, limits),
  });

/** @param read nanoseconds */
function within(
  { fallback, min = 0, max }: DurationLimits,
  scalar: Scalar,
  refuse: Refuse,
  read = nanoseconds(scalar),
): number {
  if (read === undefined) return refuse(noDuration(scalar));
  if (fallback !== undefined && read <= 0n) return milliseconds(parseDuration(fallback) ?? 0n);
  const ms = milliseconds(read);
  if (ms < min) return refuse(`is ${formatDuration(ms)}; it must be at least ${formatDuration(min)}`);
  if (max !== undefined && ms > max) return refuse(`is longer than the maximum, ${formatDuration(max)}`);
  return ms;
}

const DAY_NS = BigInt(DAY_MS) * MILLISECOND;

/** Nanoseconds of `90d`; undefined for anything else. */
function daysOf(scalar: Scalar): bigint | undefined {
  const [, days] = /^(\d{1,5})d$/.exec(textOf(scalar)) ?? [];
  return days === undefined ? undefined : BigInt(days) * DAY_NS;
}

type Refuse = (why: string) => never;

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
  if (days !== undefined) return `days are not supported; write ${Number(days) * 24}h`;
  return 'is not a duration; write a number with a unit, such as 500ms, 5s, 1m30s or 24h';
}

function lint(scalar: Scalar, { fallback, tiny }: RegistryLimits): string | undefined {
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
  return `${said}${effect}. Write ${meant(amountOf(scalar.resolved))}, or ${exact} if that is intended`;
}

/** Both units of a larger number: 86400 is probably in seconds, 30000 not, and a wrong guess can delete dead letters. */
const units = (number: number): string =>
  number < 60 ? meant(number) : `${number}s, or ${meant(number)} if it is milliseconds`;

/** The likely unit: seconds for a small number, else milliseconds. */
const meant = (number: number): string => (number < 60 ? `${number}s` : `${number}ms`);

const amountOf = (resolved: Resolved): number =>
  resolved.kind === 'int' || resolved.kind === 'float' ? Number(resolved.value) : 0;
