/** A rate as a setting: `50/s`, `30/m`, `1000/h`. */
import { textOf } from './scalars.js';
import { value } from './setting.js';

/** At most `count` in `perMs` milliseconds. */
export interface Rate {
  /** A whole number, at least 1. */
  count: number;
  /** Milliseconds: a second, a minute or an hour. */
  perMs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const MOST = 1_000_000;

/** The rate, or an error message. */
export function parseRate(text: string): Rate | string {
  const [, amount = '', unit = ''] = /^(\d{1,15})\/([smh])$/.exec(text.replaceAll(/\s/g, '')) ?? [];
  const perMs = UNITS_MS[unit];
  if (perMs === undefined)
    return 'is not a rate; write a number for each second, minute or hour: 50/s, 30/m or 1000/h';
  const count = Number(amount);
  if (count < 1) return 'is 0; it must be at least 1. Use paused: true to deliver nothing';
  return count > MOST ? `is more than the maximum, ${MOST}/${unit}` : { count, perMs };
}

/** `50/s` */
export function formatRate({ count, perMs }: Rate): string {
  return `${count}/${Object.keys(UNITS_MS).find((unit) => UNITS_MS[unit] === perMs)}`;
}

/** A number for each second, minute or hour. */
export const rate = () =>
  value<Rate>({
    words: 'rate',
    json: { type: 'string', pattern: '^[0-9]+ ?/ ?[smh]$' },
    read(scalar, refuse) {
      const read = parseRate(textOf(scalar));
      return typeof read === 'string' ? refuse(read) : read;
    },
    print: formatRate,
  });
