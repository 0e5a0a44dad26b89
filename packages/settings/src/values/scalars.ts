/** The plain kinds of setting: text, booleans, counts, one of several words, numbers of bytes, listeners. */
import { printable as escaped } from '@longshore/event';
import { nearest } from '../nearest.js';
import { asInt64 } from '../resolve.js';
import type { Scalar } from '../scalar.js';
import { BYTES_PATTERN, formatBytes, parseBytes } from './bytes.js';
import { formatListen, type Listen, parseListen } from './listen.js';
import { value } from './setting.js';

/** The text of a scalar as yaml.v2 puts it into a string: as written, whatever it looks like. */
export function textOf(scalar: Scalar): string {
  if (scalar.empty) return '';
  return scalar.resolved.kind === 'text' ? scalar.resolved.value : scalar.text;
}

/** Any text; `yes` and `010` are text too. */
export const text = () =>
  value<string>({ words: 'text', json: { type: 'string' }, read: textOf, print: (written) => written });

/** Text of a certain form. @param words what the reference calls it; `fault` follows the key */
export const matching = (words: string, form: RegExp, fault: string) =>
  value<string>({
    words,
    json: { type: 'string', pattern: form.source },
    read(scalar, refuse) {
      const written = textOf(scalar);
      return form.test(written) ? written : refuse(fault);
    },
    print: (written) => written,
  });

/** A boolean as YAML 1.1 writes it: `true`, `yes`, `on` … */
export const flag = () =>
  value<boolean>({
    words: 'true or false',
    json: { type: 'boolean' },
    read: ({ resolved }, refuse) =>
      resolved.kind === 'bool' ? resolved.value : refuse('must be true or false, without quotes'),
    print: (on) => on,
  });

/** A boolean, or `auto`. */
export const flagOrAuto = () =>
  value<boolean | 'auto'>({
    words: 'auto, true or false',
    json: { enum: ['auto', true, false] },
    read({ resolved }, refuse) {
      if (resolved.kind === 'bool') return resolved.value;
      const isAuto = resolved.kind === 'text' && resolved.value === 'auto';
      return isAuto ? 'auto' : refuse('must be auto, true or false, without quotes');
    },
    print: (on) => on,
  });

interface CountLimits {
  min: number;
  max: number;
  /** What 0 or less means, where the registry gives it a meaning. */
  fallback?: number;
}

/** A whole number. The registry cuts `1.5` to 1 and refuses quotes. */
export const count = ({ min, max, fallback }: CountLimits) =>
  value<number>({
    words: `whole number, ${max < Number.MAX_SAFE_INTEGER ? `${min} to ${max}` : `at least ${min}`}`,
    json: { type: 'integer', ...(fallback === undefined && { minimum: min, maximum: max }) },
    read({ resolved }, refuse) {
      const number = asInt64(resolved);
      if (number === undefined) return refuse('must be a whole number, without quotes');
      if (fallback !== undefined && number <= 0n) return fallback;
      if (number < min) return refuse(`is ${number}; it must be at least ${min}`);
      if (number > max && fallback === undefined) return refuse(`is ${number}; it must be at most ${max}`);
      return Math.min(Number(number), max);
    },
    print: (number) => number,
    lint({ resolved, text: written }) {
      const number = asInt64(resolved);
      if (number === undefined) return undefined;
      if (fallback !== undefined && number <= 0n) {
        return `0 or less means the default, ${fallback}, as in the registry. Write ${fallback}, or remove the key`;
      }
      const cut = resolved.kind === 'float' && resolved.value !== Number(number);
      return cut ? `${written} is cut to ${number}, as in the registry. Write ${number}` : undefined;
    },
  });

/** One of several words, as written. */
/** @param others names that people use for some of them, in lower case */
export const choice = <const Word extends string>(
  words: readonly Word[],
  others: Readonly<Record<string, Word>> = {},
) =>
  value<Word>({
    words: words.join(' or '),
    // `false` is written without quotes, so an editor reads a boolean.
    json: { enum: words.map((word) => (word === 'false' ? false : word)) },
    readsNothing: true,
    read(scalar, refuse) {
      const written = textOf(scalar);
      const word = words.find((one) => one === written);
      if (word !== undefined) return word;
      const meant = others[written.toLowerCase()] ?? nearest(written, words);
      const asked = `${written === '' ? 'has no value' : `is ${quote(written)}`}; it must be ${words.join(' or ')}`;
      return refuse(meant === undefined ? asked : `${asked}. Did you mean ${meant}?`);
    },
    print: (word) => word,
  });

/** A number of bytes. */
export const bytes = ({ min, max }: { min: number; max: number }) =>
  value<number>({
    words: `bytes, ${formatBytes(min)} to ${formatBytes(max)}`,
    json: { type: ['string', 'integer'], pattern: BYTES_PATTERN },
    read(scalar, refuse) {
      const { resolved } = scalar;
      const size = resolved.kind === 'int' ? Number(resolved.value) : parseBytes(textOf(scalar).trim());
      if (size === undefined)
        return refuse('is not a number of bytes; write 32MiB, 500MB or a number of bytes');
      if (size < min)
        return refuse(`is ${formatBytes(Math.max(size, 0))}; it must be at least ${formatBytes(min)}`);
      return size > max ? refuse(`is ${formatBytes(size)}; it must be at most ${formatBytes(max)}`) : size;
    },
    print: formatBytes,
  });

/** The address of a listener. */
export const listen = () =>
  value<Listen>({
    words: 'host:port',
    json: { type: 'string', pattern: '^(\\[[^\\]]+\\]|[^:\\[\\]]*):[0-9]{1,5}$' },
    read(scalar, refuse) {
      const address = parseListen(textOf(scalar).trim());
      return typeof address === 'string' ? refuse(address) : address;
    },
    print: formatListen,
  });

/** A word of the file for a message: short, in quotes, with control characters escaped. */
export function quote(word: string): string {
  const short = word.length > 60 ? `${word.slice(0, 60)}…` : word;
  return escaped(JSON.stringify(short));
}

/** Text for a terminal: as it is, or in quotes when it holds control characters. */
export const printable = (text: string): string => (escaped(text) === text ? text : quote(text));
