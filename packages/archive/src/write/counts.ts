/**
 * What events count as. A pull is a GET of a manifest by its tag, or by the digest that a HEAD of the tag has just
 * answered; a GET by digest alone is mostly a part of an image. A registry that sends no methods sends one event for a
 * pull. A HEAD is a check. Bytes are those of blobs.
 */
import { ACTION_CODES, METHODS, MONTHLY, SUBJECTS, TARGET_KINDS } from '../db/tables.js';
import type { IdRow } from './dictionary.js';

/** One row of each table of counts; the key is that of the table. */
export interface Cells {
  pulls: Map<string, PullCell>;
  pushes: Map<string, PushCell>;
  activity: Map<string, ActivityCell>;
}

/** A row of `pull_day`. */
export interface PullCell {
  day: string;
  repositoryId: number;
  tag: string;
  agentId: number;
  pulls: number;
  checks: number;
  bytes: number;
}

/** A row of `push_day`. */
export interface PushCell {
  day: string;
  repositoryId: number;
  tag: string;
  actorId: number;
  pushes: number;
  deletes: number;
  bytes: number;
}

/** A row of `activity_day`. */
export interface ActivityCell extends Counts {
  day: string;
  subject: number;
  subjectId: number;
  tag: string;
}

interface Counts {
  pulls: number;
  checks: number;
  pushes: number;
  deletes: number;
  /** Pulled. */
  bytes: number;
}

const NOTHING: Counts & { pushedBytes: number } = {
  pulls: 0,
  checks: 0,
  pushes: 0,
  deletes: 0,
  bytes: 0,
  pushedBytes: 0,
};

/** Is it a manifest or an index? */
export const isManifest = ({ kind }: Pick<IdRow, 'kind'>): boolean =>
  kind === TARGET_KINDS.manifest || kind === TARGET_KINDS.index;

/** What Longshore pulls itself, for preheating, says nothing about the use of an image. */
const isOwn = ({ agent }: Pick<IdRow, 'agent'>): boolean => agent?.startsWith('longshore/') === true;

/** Did a client get the manifest, and not only ask for it? */
export const isFetch = (row: Pick<IdRow, 'action' | 'kind' | 'method' | 'agent'>): boolean =>
  row.action === ACTION_CODES.pull && row.method !== METHODS.HEAD && isManifest(row) && !isOwn(row);

/** @param pulledTag the tag of the HEAD that a GET by digest follows */
export function countsOf(row: IdRow, pulledTag: string | undefined): typeof NOTHING {
  const size = row.size ?? 0;
  if (isOwn(row)) return NOTHING;
  const isRoot = row.tag !== null || row.method === null || pulledTag !== undefined;
  switch (row.action) {
    case ACTION_CODES.pull:
      if (!isManifest(row)) return row.method === METHODS.HEAD ? NOTHING : { ...NOTHING, bytes: size };
      if (row.method === METHODS.HEAD) return { ...NOTHING, checks: 1 };
      return isRoot ? { ...NOTHING, pulls: 1 } : NOTHING;
    case ACTION_CODES.push:
      if (!isManifest(row)) return { ...NOTHING, pushedBytes: size };
      return isRoot ? { ...NOTHING, pushes: 1 } : NOTHING;
    case ACTION_CODES.delete:
      return { ...NOTHING, deletes: 1 };
    default:
      return NOTHING;
  }
}

/** The cells of a batch. @param pulledTags by a row's id: see {@link countsOf} */
export function countRows(rows: readonly IdRow[], pulledTags: ReadonlyMap<string, string>): Cells {
  const cells: Cells = { pulls: new Map(), pushes: new Map(), activity: new Map() };
  for (const row of rows) {
    const pulledTag = pulledTags.get(row.id);
    const counts = countsOf(row, pulledTag);
    if (Object.values(counts).some((count) => count > 0))
      addRow(cells, row, row.tag ?? pulledTag ?? '', counts);
  }
  return cells;
}

function addRow(cells: Cells, row: IdRow, tag: string, counts: typeof NOTHING): void {
  const day = row.at.slice(0, 10);
  const { repositoryId, sourceId } = row;
  const [agentId, actorId] = [row.agentId ?? 0, row.actorId ?? 0];
  const { pulls, checks, pushes, deletes, bytes, pushedBytes } = counts;
  if (repositoryId !== null && pulls + checks + bytes > 0) {
    const cell = { day, repositoryId, tag, agentId, pulls, checks, bytes };
    add(cells.pulls, keyOf(repositoryId, day, tag, agentId), cell, ['pulls', 'checks', 'bytes']);
  }
  if (repositoryId !== null && pushes + deletes + pushedBytes > 0) {
    const cell = { day, repositoryId, tag, actorId, pushes, deletes, bytes: pushedBytes };
    add(cells.pushes, keyOf(repositoryId, day, tag, actorId), cell, ['pushes', 'deletes', 'bytes']);
  }
  const subjects: [subject: number, id: number | null, tag: string][] = [
    [SUBJECTS.source, sourceId, ''],
    [SUBJECTS.repository, repositoryId, ''],
    [SUBJECTS.actor, row.actorId, ''],
    [SUBJECTS.agent, row.agentId, ''],
    [SUBJECTS.tag, tag === '' ? null : repositoryId, tag],
  ];
  for (const [subject, subjectId, ofTag] of subjects) {
    if (subjectId === null || pulls + checks + pushes + deletes + bytes === 0) continue;
    const cell = { day, subject, subjectId, tag: ofTag, pulls, checks, pushes, deletes, bytes };
    const counted = ['pulls', 'checks', 'pushes', 'deletes', 'bytes'] as const;
    for (const one of [cell, { ...cell, subject: subject + MONTHLY, day: `${day.slice(0, 7)}-01` }]) {
      add(cells.activity, keyOf(one.subject, one.day, subjectId, ofTag), one, counted);
    }
  }
}

const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\0');

/** Adds a cell to the one of its key. */
function add<Name extends string, Cell extends Record<Name, number>>(
  cells: Map<string, Cell>,
  key: string,
  cell: Cell,
  counted: readonly Name[],
): void {
  const there = cells.get(key);
  if (!there) cells.set(key, cell);
  else for (const name of counted) Object.assign(there, { [name]: there[name] + cell[name] });
}
