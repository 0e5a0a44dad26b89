/** Parts of a filter as conditions of SQL. What a sender or a client wrote is compared as the writer stored it. */
import { isIP } from 'node:net';
import { excerpt, LongshoreError } from '@longshore/event';
import { type RawBuilder, sql } from 'kysely';
import { columnText } from '../write/text.js';
import type { Window } from './types.js';

/** A part of a `where`. */
export type Condition = RawBuilder<unknown>;

/** All of them; true when there is none. */
export const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);

/** A column contains a text, in any case. */
export const contains = (column: Condition, text: string): Condition =>
  sql`${column} ilike ${`%${literal(text)}%`}`;

/** A column begins with a text. */
export const beginsWith = (column: Condition, text: string): Condition =>
  sql`${column} like ${`${literal(text)}%`}`;

const literal = (text: string): string => columnText(text).replaceAll(/[\\%_]/g, '\\$&');

/** @throws LongshoreError REQUEST_INVALID always */
export function refuse(name: string, why: string): never {
  throw new LongshoreError('REQUEST_INVALID', `${name}: ${why}`);
}

/** PostgreSQL takes years 1 to 9999 in this form. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

/** As text of PostgreSQL; ISO text keeps its microseconds. @throws LongshoreError REQUEST_INVALID */
export function momentOf(name: string, time: string | number): string {
  const ms = typeof time === 'number' ? time : Date.parse(time);
  if (!Number.isFinite(ms))
    refuse(name, `${excerpt(JSON.stringify(time))} is not a time; write 2026-11-21T03:00:00Z`);
  const iso = new Date(Math.min(LATEST, Math.max(EARLIEST, ms))).toISOString();
  const [, micros] = typeof time === 'string' ? (/\.\d{3}(\d{1,3})Z$/.exec(time) ?? []) : [];
  return micros === undefined ? iso : iso.replace('Z', `${micros}Z`);
}

/** @throws LongshoreError REQUEST_INVALID */
export function within(column: Condition, { since, until }: Window): Condition[] {
  const from = since === undefined ? undefined : momentOf('since', since);
  const to = until === undefined ? undefined : momentOf('until', until);
  return [
    ...(from === undefined ? [] : [sql`${column} >= ${from}::timestamptz`]),
    ...(to === undefined ? [] : [sql`${column} < ${to}::timestamptz`]),
  ];
}

const NETWORK_BITS = { 4: 24, 6: 48 } as const;

/** A network, or an address with the network that is kept in its place. @throws LongshoreError REQUEST_INVALID */
export function addressOf(text: string): { network: string } | { either: [address: string, bits: number] } {
  const [, host = '', bits] = /^([0-9a-fA-F:.]{1,45})(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const family = isIP(host);
  if (family === 0 || Number(bits ?? 0) > (family === 4 ? 32 : 128)) {
    refuse(
      'addr',
      `${excerpt(JSON.stringify(text))} is not an address; write 10.1.2.3, 2001:db8::1 or a network such as 10.1.0.0/16`,
    );
  }
  return bits === undefined
    ? { either: [host, NETWORK_BITS[family === 4 ? 4 : 6]] }
    : { network: `${host}/${bits}` };
}
