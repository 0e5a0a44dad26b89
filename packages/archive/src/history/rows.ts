/**
 * An entry of the history as a row, and back, without loss. A number, a code or a word has a column; all that is left
 * is compact JSON in `rest`, which an attempt that arrived at once does not have.
 */
import { compact, expand, type HistoryEntry } from '@longshore/event';
import { digestBytes, idOf, isId, isSha256, isUuid, rowId, subjectOf, uuidOf } from './keys.js';

/** Names of {@link Row} that are words: their columns hold an id of `history_word`. */
export const WORD_COLUMNS = ['endpoint', 'source', 'repository', 'reason'] as const;

/** Columns of `history` with their types, in the order of an insert. */
export const COLUMNS = {
  at: 'timestamptz',
  id: 'bigint',
  subject: 'uuid',
  delivery: 'uuid',
  endpoint: 'int',
  source: 'int',
  repository: 'int',
  reason: 'int',
  attempt: 'int',
  ms: 'int',
  status: 'smallint',
  step: 'smallint',
  outcome: 'smallint',
  tag: 'text',
  digest: 'bytea',
  event: 'text',
  rest: 'bytea',
} as const;

type Column = keyof typeof COLUMNS;
type Value = string | number | Buffer;

/** A row; its words are still text. What is absent is null. */
export type Row = { [Name in Column]?: Value };

/** Codes of `step` and `outcome`: their places here. Names are added at the end. */
const STEPS: readonly HistoryEntry['step'][] = [
  'received',
  'quarantined',
  'unquarantined',
  'attempted',
  'settled',
  'retried',
  'stalled',
  'gap',
];
const OUTCOMES = [
  'delivered',
  'retry',
  'dead',
  'expired',
  'dropped',
  'ignored',
  'superseded',
  'replayed',
  'evicted',
];

/** The code of a step, for a query. */
export const stepCode = (step: HistoryEntry['step']): number => STEPS.indexOf(step);

/** The code of an outcome, for a query. */
export const outcomeCode = (outcome: string): number => OUTCOMES.indexOf(outcome);

/** Longer words and tags stay in `rest`: an index of PostgreSQL does not hold them. */
const MOST_WORD = 500;
const MOST_INT = { int: 2 ** 31, smallint: 2 ** 15 };

type Rest = Record<string, unknown>;

/** See the header. */
export async function rowOf(entry: HistoryEntry): Promise<Row> {
  const rest: Rest = { ...entry };
  const row: Row = { at: new Date(entry.at).toISOString(), id: rowId(entry), subject: subjectOf(entry) };
  delete rest.at;
  take(rest, 'step', codeIn(STEPS), row, 'step');
  take(rest, 'outcome', codeIn(OUTCOMES), row, 'outcome');
  for (const name of ['endpoint', 'source', 'reason'] as const) take(rest, name, asWord, row, name);
  for (const name of ['attempt', 'ms', 'status'] as const) take(rest, name, asInteger(name), row, name);
  take(rest, 'deliveryId', asUuid, row, 'delivery');
  if (entry.step === 'quarantined' || entry.step === 'unquarantined') {
    if (isId(entry.quarantineId)) delete rest.quarantineId;
  } else if ('eventId' in entry) take(rest, 'eventId', asText, row, 'event');
  if (isUuid(String(row.event))) delete row.event;
  if (entry.step === 'received') rest.view = viewIn({ ...entry.view }, row);
  return Object.keys(rest).length === 0 ? row : { ...row, rest: await packed(rest) };
}

const codeIn =
  (names: readonly string[]) =>
  (name: unknown): number | undefined =>
    typeof name === 'string' && names.includes(name) ? names.indexOf(name) : undefined;

/** Moves a member of `rest` to a column, when it fits in there. */
function take(
  rest: Rest,
  name: string,
  fit: (value: unknown) => Value | undefined,
  row: Row,
  column: Column,
): void {
  const value = fit(rest[name]);
  if (value === undefined) return;
  row[column] = value;
  delete rest[name];
}

/** What a receipt is searched by. A digest that its bytes do not tell whole stays in the view too. */
function viewIn(view: Rest, row: Row): Rest {
  const digest = typeof view.digest === 'string' ? view.digest : '';
  take(view, 'repository', asWord, row, 'repository');
  take(view, 'tag', asWord, row, 'tag');
  const bytes = digestBytes(digest);
  if (bytes) row.digest = bytes;
  if (isSha256(digest)) delete view.digest;
  return view;
}

/** What a text of PostgreSQL cannot hold. */
const NO_TEXT = /[\0\p{Surrogate}]/u;

const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && !NO_TEXT.test(value) ? value : undefined;

const asWord = (value: unknown): string | undefined => {
  const text = asText(value);
  return text !== undefined && text.length <= MOST_WORD ? text : undefined;
};

const asUuid = (value: unknown): string | undefined =>
  typeof value === 'string' && isId(value) ? uuidOf(value) : undefined;

const asInteger =
  (column: 'attempt' | 'ms' | 'status') =>
  (value: unknown): number | undefined => {
    const most = COLUMNS[column] === 'int' ? MOST_INT.int : MOST_INT.smallint;
    return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < most ? value : undefined;
  };

async function packed(rest: Rest): Promise<Buffer> {
  const text = Buffer.from(JSON.stringify(rest));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(text.length);
  return Buffer.concat([head, await compact(text)]);
}

/** A row as it is read: its words are text again. Null and absent are the same. */
export type StoredRow = { [Name in Exclude<Column, 'rest' | 'digest'>]: string | number | null } & {
  rest: Buffer | null;
  digest: Buffer | null;
};

/** The entry again; undefined for one that is damaged or of a newer version. */
export function entryOf(row: StoredRow): HistoryEntry | undefined {
  const step = STEPS[Number(row.step)];
  const rest = restOf(row.rest);
  if (!step || !rest) return undefined;
  const entry: Rest = { ...rest, step, at: Date.parse(String(row.at)) };
  for (const name of ['endpoint', 'source', 'reason', 'attempt', 'ms', 'status'] as const) {
    if (row[name] !== null) entry[name] = row[name];
  }
  if (row.outcome !== null) entry.outcome = OUTCOMES[Number(row.outcome)];
  if (row.delivery !== null) entry.deliveryId = idOf(String(row.delivery));
  const subject = String(row.subject);
  if (step === 'quarantined' || step === 'unquarantined') entry.quarantineId ??= idOf(subject);
  else if (row.event !== null) entry.eventId = row.event;
  else if (step !== 'gap' && entry.eventId === undefined && idOf(subject) !== entry.deliveryId)
    entry.eventId = subject;
  if (step === 'received') entry.view = viewOf(row, rest.view);
  return isEntry(entry) ? entry : undefined;
}

function viewOf(row: StoredRow, rest: unknown): Rest {
  const view: Rest = typeof rest === 'object' ? { ...rest } : {};
  if (row.repository !== null) view.repository = row.repository;
  if (row.tag !== null) view.tag = row.tag;
  if (row.digest !== null) view.digest ??= `sha256:${row.digest.toString('hex')}`;
  return view;
}

function restOf(packed: Buffer | null): Rest | undefined {
  if (packed === null) return {};
  try {
    return JSON.parse(expand(packed.subarray(4), packed.readUInt32BE(0)));
  } catch {
    return undefined;
  }
}

/** Members that every entry of a step has, beside those that a column or a constant gives. */
const NEEDED: Readonly<Record<HistoryEntry['step'], readonly string[]>> = {
  received: ['source', 'kind', 'eventId', 'nativeType', 'planned', 'ignored'],
  quarantined: ['source', 'kind', 'reason', 'bytes'],
  unquarantined: ['outcome'],
  attempted: ['endpoint', 'deliveryId', 'attempt', 'outcome', 'reason', 'ms'],
  settled: ['endpoint', 'deliveryId', 'outcome'],
  retried: ['endpoint', 'deliveryId', 'by'],
  stalled: ['endpoint', 'deliveryId'],
  gap: ['since', 'count', 'why'],
};

const isEntry = (value: object): value is HistoryEntry =>
  'step' in value &&
  STEPS.some((step) => step === value.step && NEEDED[step].every((name) => Object.hasOwn(value, name)));
