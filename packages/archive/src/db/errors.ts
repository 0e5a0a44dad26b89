/** What an error of PostgreSQL means for the one who wrote: PostgreSQL cannot now, or will never take this row. */
import { LongshoreError } from '@longshore/event';

/** Classes of SQLSTATE that are about the server, its resources or its operator; never about a row. */
const UNAVAILABLE_CLASSES = new Set([
  '08', // connection
  '28', // sign-in refused
  '3D', // no such database
  '42', // no such table or right: somebody changes the schema
  '53', // disk full, out of memory, too many connections
  '57', // shutdown, starting up, cancelled by statement_timeout
  '58', // input or output
  'F0', // configuration file
  'XX', // internal
]);

const UNAVAILABLE = new Set([
  '25006', // read only: a standby, or an operator's choice
  '25P03', // idle transaction ended
  '55P03', // lock_timeout
  '55006', // object in use
  '55000', // not in the state that the statement needs
]);

/** Two transactions met: the same again succeeds. */
const CONFLICTS = new Set(['40001', '40P01']);

/** A fault of our own is not the server's. */
const FAULTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** A program limit, such as an index row that is too large, is in class 54 and is the row's fault. */
const codeOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
};

const isSqlState = (code: string): boolean => code.length === 5 && /^[0-9A-Z]{5}$/.test(code);

/** The SQLSTATE of an error of PostgreSQL; undefined for any other error. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error);
  return code !== undefined && isSqlState(code) ? code : undefined;
}

/** Did two transactions meet (deadlock, serialization)? The same again succeeds. */
export const isConflict = (error: unknown): boolean => CONFLICTS.has(sqlStateOf(error) ?? '');

/**
 * Is it PostgreSQL or the way to it, and never the fault of what was written? Connection trouble, starting up,
 * shutdown, too many connections, read only, disk full, timeouts of locks and statements, a schema that is not there.
 */
export function isArchiveUnavailable(error: unknown): boolean {
  if (error instanceof LongshoreError)
    return error.code === 'ARCHIVE_UNAVAILABLE' || error.code === 'ARCHIVE_SCHEMA';
  const state = sqlStateOf(error);
  if (state === undefined) return !FAULTS.some((fault) => error instanceof fault);
  return UNAVAILABLE.has(state) || UNAVAILABLE_CLASSES.has(state.slice(0, 2)) || isConflict(error);
}

/** Are the tables not there? Another database is in the place of the one that was migrated. */
export const isSchemaMissing = (error: unknown): boolean =>
  error instanceof Error &&
  (['42P01', '3F000'].includes(sqlStateOf(error) ?? '') || isSchemaMissing(error.cause));

/** Is there no partition for a row? */
export const isNoPartition = (error: unknown): boolean =>
  sqlStateOf(error) === '23514' && error instanceof Error && error.message.startsWith('no partition');
