/** JSON from outside, checked before it is used. */
import { parseJson } from '@longshore/event';

/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** The object that these bytes are; undefined when they are none, or nested deeper than 100 levels. */
export function jsonOf(body: Buffer | string): Json | undefined {
  try {
    return objectOf(parseJson(body));
  } catch {
    return undefined;
  }
}

/** Undefined for what is no object. */
export function objectOf(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** Undefined for what is no text, or an empty one. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts among the values; undefined for what is no object. */
export function textsOf(value: unknown): Record<string, string> | undefined {
  const object = objectOf(value);
  if (!object) return undefined;
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
