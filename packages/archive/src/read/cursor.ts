/** The position after which a page begins, as text that a client gives back. */
import { LongshoreError } from '@longshore/event';

/** The last item of a page: what the list is ordered by. */
export type Position = readonly (string | number)[];

/** Checks one part of a position, since a client may have changed it. */
export type PartCheck = (part: unknown) => boolean;

/** A list's cursors: its letter, which those of no other list have, and the parts of a position. */
export interface CursorKind {
  list: string;
  parts: readonly PartCheck[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,6})?Z$/;
/** Of a cursor with a tag of 128 characters, each of four bytes. */
const MAX_LENGTH = 1_000;

/** A time with microseconds, of a day that exists. */
export function isTime(part: unknown): part is string {
  const [, seconds] = typeof part === 'string' ? (TIME.exec(part) ?? []) : [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(seconds ?? '');
}

/** Parts of positions. */
export const PARTS = {
  time: isTime,
  uuid: (part) => typeof part === 'string' && UUID.test(part),
  id: (part) => Number.isInteger(part) && Number(part) >= 0 && Number(part) < 2 ** 31,
  text: (part) => typeof part === 'string' && !part.includes('\0'),
} as const satisfies Record<string, PartCheck>;

/** @returns base64url, some 90 characters */
export const cursorOf = ({ list }: CursorKind, position: Position): string =>
  Buffer.from(JSON.stringify([list, ...position])).toString('base64url');

/** @throws LongshoreError REQUEST_INVALID for what is no cursor of this list */
export function positionOf(kind: CursorKind, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = cursor.length <= MAX_LENGTH ? decoded(cursor) : undefined;
  if (position?.[0] === kind.list && position.length === kind.parts.length + 1) {
    const parts = position.slice(1);
    if (parts.every((part, at) => kind.parts[at]?.(part))) return parts as Position;
  }
  throw new LongshoreError(
    'REQUEST_INVALID',
    'after: not a cursor of this list; use `next` of the previous page, or leave it out for the first page',
  );
}

function decoded(cursor: string): unknown[] | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
