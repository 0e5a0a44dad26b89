/** A configuration as a tree that remembers where each part came from. */
import { type Origin, Scalar } from '@longshore/settings/yaml';

export { type Origin, Scalar };

/** An issue of the text itself, and its place. */
export interface Issue {
  message: string;
  origin: Origin;
}

/** A sequence. */
export class List {
  constructor(
    readonly items: readonly Node[],
    readonly origin: Origin = {},
  ) {}
}

/** The value of a key. */
export interface Entry {
  node: Node;
  /** Of the key. */
  origin: Origin;
}

/** An issue of a map's keys, which the reader of the map reports. */
export interface KeyIssue {
  /** The key that it is about; absent when it is about the map. */
  key?: string;
  origin: Origin;
  /** `broken`: the registry refuses it. `repeated` and `merged`: it uses the last one. */
  kind: 'broken' | 'repeated' | 'merged';
  message: string;
}

/** A map, with its keys in the order of the file. */
export class Dict {
  constructor(
    readonly entries: ReadonlyMap<string, Entry>,
    readonly origin: Origin = {},
    readonly keyIssues: readonly KeyIssue[] = [],
  ) {}
}

/** An invalid part of the file, such as an alias inside its own anchor. */
export class InvalidNode {
  constructor(
    readonly why: string,
    readonly origin: Origin,
  ) {}
}

/** Any part of the tree. */
export type Node = Scalar | List | Dict | InvalidNode;

/** One step into a tree: a key, or an index. */
export type Step = string | number;

/** The node at a path, or undefined. */
export function nodeAt(root: Node | undefined, path: readonly Step[]): Node | undefined {
  let node = root;
  for (const step of path) node = node && child(node, step);
  return node;
}

/** Where to point for a path: its node, or the nearest one above that exists. */
export function originAt(root: Node | undefined, path: readonly Step[]): Origin {
  for (let length = path.length; length >= 0; length--) {
    const node = nodeAt(root, path.slice(0, length));
    if (node) return node.origin;
  }
  return {};
}

/** A copy of the tree with `value` at the path; everything beside the path is shared. */
export function withNodeAt(root: Node | undefined, path: readonly Step[], value: Node): Node {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  const next = withNodeAt(root && child(root, step), rest, value);
  if (typeof step === 'number') {
    const items = root instanceof List ? [...root.items] : [];
    items[step] = next;
    return new List(items, root?.origin);
  }
  const dict = root instanceof Dict ? root : undefined;
  const entries = new Map(dict?.entries);
  entries.set(step, { node: next, origin: next.origin });
  return new Dict(entries, root?.origin, dict?.keyIssues);
}

function child(node: Node, step: Step): Node | undefined {
  if (node instanceof Dict) return node.entries.get(String(step))?.node;
  return node instanceof List && typeof step === 'number' ? node.items[step] : undefined;
}

/**
 * How many values a walk through a tree meets: what several aliases share counts once for each alias.
 * Takes as long as the text is, not as long as the answer.
 */
export function countValues(root: Node, counted = new Map<Node, number>()): number {
  const known = counted.get(root);
  if (known !== undefined) return known;
  let count = 1;
  if (root instanceof List) for (const item of root.items) count += countValues(item, counted);
  if (root instanceof Dict) for (const { node } of root.entries.values()) count += countValues(node, counted);
  counted.set(root, count);
  return count;
}
