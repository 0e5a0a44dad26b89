/**
 * Converts a tree into input for the zod schema: known keys only, scalars where scalars belong. Anything else is
 * reported with its place and omitted, so that one pass finds every mistake.
 *
 * The two kinds of file differ in one thing: unknown keys are ignored in the registry's own file, as the
 * registry does, and refused in Longshore's.
 */

import { nearest, quote } from '@longshore/settings/format';
import { EMPTY_CREDENTIAL } from '@longshore/settings/secrets';
import { type Kind, keysOf, kindOf, type Shape, shapeOf, type UnionShape } from '@longshore/settings/shape';
import type { z } from 'zod';
import type { Flavor } from './flavor.js';
import { listSettings, writtenPath } from './listing.js';
import type { Problems } from './problem.js';
import { settings } from './schema.js';
import {
  Dict,
  type Entry,
  InvalidNode,
  type KeyIssue,
  List,
  type Node,
  Scalar,
  type Step,
} from './yaml/node.js';

/** What a file is read with. */
export interface Reading {
  flavor: Flavor;
  problems: Problems;
  /** Issues reported before: several aliases can lead to the same one. */
  reported: Set<KeyIssue>;
}

/** A top-level key of Longshore's file that holds anchors for other places, as in Compose. */
export const EXTENSION = /^x-/;

/** The input for `schema.safeParse`; undefined when nothing usable was written. */
export function readNode(schema: z.ZodType, node: Node, path: readonly Step[], reading: Reading): unknown {
  const { problems } = reading;
  const shape = shapeOf(schema);
  if (node instanceof InvalidNode) return problems.error(path, node.why, node.origin);
  if (holdsNothing(node) && refusesEmpty(schema, shape))
    return problems.error(path, EMPTY_CREDENTIAL, node.origin);
  if (node instanceof Scalar && node.empty && shape.type === 'map' && shape.emptyFault)
    return problems.error(path, shape.emptyFault, node.origin);
  const isWritten = shape.type === 'value' && shape.kind.readsNothing;
  if (node instanceof Scalar && node.empty && !isWritten) return undefined;
  if (shape.type === 'value' && shape.kind.anyForm) return readTree(node, path, reading);
  if (shape.type === 'value' && node instanceof Scalar) return readScalar(shape.kind, node, path, reading);
  if (shape.type === 'map' && node instanceof Dict) return readMap(shape.keys, node, path, reading);
  if (shape.type === 'union' && node instanceof Dict) return readUnion(shape, node, path, reading);
  if (shape.type === 'map' && shape.shorthandKey !== undefined) {
    const alone = shape.keys[shape.shorthandKey];
    return alone && { [shape.shorthandKey]: readNode(alone, node, path, reading) };
  }
  if (shape.type === 'record' && node instanceof Dict) return readRecord(shape.of, node, path, reading);
  if (shape.type === 'list' && node instanceof List) return readList(shape.of, node.items, path, reading);
  if (shape.type === 'list' && shape.scalarOk && node instanceof Scalar) {
    return readList(shape.of, [node], path, reading);
  }
  return misplaced(shape, node, path, reading);
}

/** Whether an empty value here would disable authentication. */
function refusesEmpty(schema: z.ZodType, shape: Shape): boolean {
  if (shape.type === 'map') return shape.rejectEmpty === true;
  return shape.type !== 'value' && kindOf(schema)?.rejectEmpty === true;
}

function holdsNothing(node: Node): boolean {
  if (node instanceof Scalar) return node.empty;
  if (node instanceof List) return node.items.length === 0;
  return node instanceof Dict && node.entries.size === 0;
}

function readScalar(kind: Kind<unknown>, node: Scalar, path: readonly Step[], { problems }: Reading): Scalar {
  const warning = kind.lint?.(node);
  if (warning !== undefined) problems.warning(path, warning, node.origin);
  return node;
}

function readList(of: z.ZodType, items: readonly Node[], path: readonly Step[], reading: Reading): unknown[] {
  const element = shapeOf(of).type;
  return items.map((item, index) => {
    // An empty element is an element: of text the empty text, of maps one without settings.
    if (item instanceof Scalar && item.empty) return element === 'value' ? item : {};
    return readNode(of, item, [...path, index], reading) ?? (element === 'value' ? '' : {});
  });
}

function readRecord(of: z.ZodType, node: Dict, path: readonly Step[], reading: Reading) {
  reportKeyIssues(node, path, reading);
  const isList = shapeOf(of).type === 'list';
  const pairs = [...node.entries].map(([key, entry]): [string, unknown] => {
    const read = readNode(of, entry.node, [...path, key], reading);
    return [key, read ?? (isList ? [] : undefined)];
  });
  return Object.fromEntries(pairs.filter(([, read]) => read !== undefined));
}

/** A value of any form: its scalars are read by their kind. */
function readTree(node: Node, path: readonly Step[], reading: Reading): unknown {
  if (node instanceof InvalidNode) return reading.problems.error(path, node.why, node.origin);
  if (node instanceof Scalar) return node;
  if (node instanceof List) return node.items.map((item, index) => readTree(item, [...path, index], reading));
  reportKeyIssues(node, path, reading);
  return Object.fromEntries(
    [...node.entries].map(([key, entry]) => [key, readTree(entry.node, [...path, key], reading)]),
  );
}

type Keys = Readonly<Record<string, z.ZodType>>;

/** @param unknown reports a key that is not among them */
function readMap(
  keys: Keys,
  node: Dict,
  path: readonly Step[],
  reading: Reading,
  unknown = unknownKey,
): Record<string, unknown> {
  reportKeyIssues(node, path, reading);
  const input: Record<string, unknown> = {};
  for (const [key, entry] of node.entries) {
    const schema = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (schema === undefined && path.length === 0 && EXTENSION.test(key)) continue;
    if (schema === undefined) unknown(key, entry, Object.keys(keys), path, reading);
    else input[key] = readNode(schema, entry.node, [...path, key], reading);
  }
  return input;
}

/** The map of the kind that is written, with that kind. Of a kind that is not known nothing can be read. */
function readUnion(shape: UnionShape, node: Dict, path: readonly Step[], reading: Reading) {
  const place = [...path, 'kind'];
  const entry = node.entries.get('kind');
  const written = entry && readNode(shape.kind, entry.node, place, reading);
  if (entry && written === undefined) return undefined;
  const { data, error } = shape.kind.safeParse(written);
  const kind = String(data);
  const option = shape.options.get(kind);
  if (option === undefined) {
    const origin = entry?.node.origin ?? node.origin;
    return reading.problems.error(place, error?.issues[0]?.message ?? 'is not known', origin);
  }
  const keys = keysOf(shapeOf(option)) ?? {};
  return { ...readMap(keys, node, path, reading, otherKind(shape, kind)), kind };
}

/** Reports a key that is not of this kind: of which it is, if it is of one. */
const otherKind =
  (shape: UnionShape, kind: string): typeof unknownKey =>
  (key, entry, known, path, reading) => {
    const others = [...shape.options].filter(([, option]) =>
      Object.hasOwn(keysOf(shapeOf(option)) ?? {}, key),
    );
    if (others.length === 0) return unknownKey(key, entry, known, path, reading);
    const names = others.map(([name]) => name);
    const remedy = `Remove it, or write kind: ${names.join(' or ')}`;
    const message = `is not a setting of kind ${kind}, but of ${names.join(', ')}. ${remedy}`;
    reading.problems.error([...path, key], message, entry.origin);
  };

function unknownKey(
  key: string,
  { origin }: Entry,
  known: string[],
  path: readonly Step[],
  reading: Reading,
) {
  const { flavor, problems } = reading;
  const gitlab =
    path[0] === 'notifications' && Object.hasOwn(GITLAB_KEYS, key) ? GITLAB_KEYS[key] : undefined;
  const meant = nearest(key, known) ?? elsewhere(key);
  const hint = meant === undefined ? `Known here: ${known.join(', ')}` : `Did you mean ${quote(meant)}?`;
  const said = `unknown key ${quote(key)}`;
  const place = [...path, key];
  const words = gitlab !== undefined && `${quote(key)} is read by GitLab’s registry alone: ${gitlab}`;
  if (flavor === 'longshore')
    problems.error(place, [`${said}. ${hint}`, words].filter(Boolean).join('. '), origin);
  else problems.warning(place, words || `${said}, ignored as in the registry. ${hint}`, origin);
}

/** Keys of GitLab's registry below `notifications`, and what to write here. */
const GITLAB_KEYS: Readonly<Record<string, string>> = {
  maxretries:
    'there it limits the attempts before an event is lost. Longshore does not read it; use threshold',
  queuepurgetimeout:
    'there it is the time for sending during shutdown. Longshore does not need it: its queue is in Redis',
  queuesizelimit: 'there it limits the events in memory. Longshore does not need it: its queue is in Redis',
  fanouttimeout: 'there it is the wait for its queues during shutdown. Longshore does not need it',
};

/** A key that is known in another place is shown with its path. */
function elsewhere(key: string): string | undefined {
  const wanted = key.toLowerCase();
  const found = listSettings(settings).find(({ path }) => path.includes(wanted));
  return found && writtenPath(found.path.slice(0, found.path.indexOf(wanted) + 1));
}

function reportKeyIssues(node: Dict, path: readonly Step[], { flavor, problems, reported }: Reading): void {
  for (const issue of node.keyIssues) {
    if (reported.has(issue)) continue;
    reported.add(issue);
    const { kind, key, message, origin } = issue;
    const place = key === undefined ? path : [...path, key];
    const serious = kind === 'broken' || (kind === 'repeated' && flavor === 'longshore');
    if (serious) problems.error(place, message, origin);
    else problems.warning(place, message, origin);
  }
}

function misplaced(shape: Shape, node: Node, path: readonly Step[], { problems }: Reading): void {
  const found = node instanceof List ? 'a list' : node instanceof Dict ? 'a map' : 'a single value';
  problems.error(path, `must be ${expected(shape)}, not ${found}`, node.origin);
}

function expected(shape: Shape): string {
  if (shape.type === 'map' || shape.type === 'union') return 'a map of settings';
  if (shape.type === 'record') return 'a map, such as { Name: [value] }';
  if (shape.type === 'value') return `a single value (${shape.kind.words})`;
  return shape.scalarOk ? 'a value or a list of values' : 'a list, such as [value]';
}
