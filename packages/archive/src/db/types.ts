/** How values of PostgreSQL become values of JavaScript: see the header of `tables.ts`. */
import pg from 'pg';

const { builtins, getTypeParser } = pg.types;

/** `2026-11-30 11:50:00.123456+00`, as PostgreSQL writes it with time zone UTC. */
const isoOf = (text: string): string => `${text.slice(0, -3).replace(' ', 'T')}Z`;

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [builtins.INT8, Number],
  [builtins.NUMERIC, Number],
  [builtins.TIMESTAMPTZ, isoOf],
  [builtins.DATE, String],
]);

/** For a client of `pg`. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (format !== 'binary' && PARSERS.get(oid)) || getTypeParser(oid, format),
};
