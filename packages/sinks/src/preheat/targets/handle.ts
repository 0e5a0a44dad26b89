/**
 * What a target must remember between two looks, as a string for the caller to keep. JSON, because people read
 * it in a queue's browser. What cannot be read (another version wrote it, say) counts as none.
 */
import { parseJson } from '@longshore/event';

/** An object of unknown make. */
export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a handle; undefined when there is none, or none that can be read. */
export function readHandle(text: string | undefined): Fields | undefined {
  if (text === undefined) return undefined;
  return fieldsOf(parsed(text));
}

/** JSON; undefined when it is none, or nested deeper than 100 levels. */
export function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** The value as an object; undefined when it is none. */
export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a text; undefined when it is none. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The value as a number; undefined when it is none. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The value as a list; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
