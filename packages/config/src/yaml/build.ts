/**
 * The `yaml` library's nodes into ours. Aliases become the node that they name (shared, not copied, so that
 * a file cannot grow by them), merge keys and repeated keys become what yaml.v2's decoder makes of them: each
 * key is assigned in order, a map over a map is merged, anything else replaces.
 */
import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Env } from '../environment.js';
import {
  Broken,
  Dict,
  type Entry,
  List,
  type Node,
  type Oddity,
  type Origin,
  type Remark,
  Scalar,
} from './node.js';

interface Build {
  originOf(offset: number): Origin;
  env?: Env;
  /** Takes what makes the whole file unreadable. */
  errors: Remark[];
}

/** The tree below a node of the library. */
export function buildTree(root: unknown, build: Build): Node {
  return new Builder(build).node(root, {});
}

/** An anchor whose node is still being read: an alias to it would contain itself. */
const OPEN = Symbol('open');

class Builder {
  readonly #anchors = new Map<string, Node | typeof OPEN>();

  constructor(readonly build: Build) {}

  /** @param at where to point when the node itself is nothing */
  node(source: unknown, at: Origin): Node {
    if (isAlias(source)) return this.#alias(source);
    const anchor = (isScalar(source) || isMap(source) || isSeq(source)) && source.anchor;
    if (anchor) this.#anchors.set(anchor, OPEN);
    const node = this.#fresh(source, at);
    if (anchor) this.#anchors.set(anchor, node);
    return node;
  }

  #fresh(source: unknown, at: Origin): Node {
    const origin = this.#origin(source) ?? at;
    if (isMap(source)) return this.#dict(source, origin);
    if (isSeq(source)) return this.#list(source, origin);
    if (!isScalar(source)) return new Scalar('', origin, undefined, this.build.env);
    const style = { quoted: source.type !== 'PLAIN', tag: source.tag };
    return new Scalar(String(source.value ?? ''), origin, style, this.build.env);
  }

  #alias(source: Alias): Node {
    const origin = this.#origin(source) ?? {};
    const target = this.#anchors.get(source.source);
    if (target === OPEN) return new Broken('an anchor contains an alias to itself', origin);
    if (target) return target;
    const message = `the alias *${source.source} names no anchor above it`;
    this.build.errors.push({ message, origin });
    return new Broken(message, origin);
  }

  #list(source: YAMLSeq, origin: Origin): List {
    return new List(
      source.items.map((item) => this.node(item, origin)),
      origin,
    );
  }

  #dict(source: YAMLMap, origin: Origin): Dict {
    const entries = new Map<string, Entry>();
    const oddities: Oddity[] = [];
    for (const pair of source.items as Pair[]) {
      const key = this.node(pair.key, origin);
      const value = this.node(pair.value, key.origin);
      if (key instanceof Scalar && isMergeKey(key)) this.#merge(entries, oddities, key, value);
      else if (key instanceof Scalar)
        put(entries, oddities, nameOf(key), { node: value, origin: key.origin });
      else oddities.push({ kind: 'broken', origin: key.origin, message: 'a key must be a single word' });
    }
    return new Dict(entries, origin, oddities);
  }

  #merge(entries: Map<string, Entry>, oddities: Oddity[], key: Scalar, value: Node): void {
    // Of several sources the first wins, so they are assigned from the last.
    const sources = value instanceof List ? value.items.toReversed() : [value];
    const before = new Set(entries.keys());
    for (const source of sources) {
      if (!(source instanceof Dict)) {
        this.build.errors.push({ message: '`<<` takes a map or a list of maps', origin: key.origin });
        return;
      }
      for (const [name, entry] of source.entries) {
        if (before.has(name)) oddities.push(replaces(name, key.origin));
        entries.set(name, combined(entries.get(name), entry));
      }
    }
  }

  #origin(source: unknown): Origin | undefined {
    const node = isScalar(source) || isMap(source) || isSeq(source) || isAlias(source) ? source : undefined;
    const offset = node?.range?.[0];
    return offset === undefined ? undefined : this.build.originOf(offset);
  }
}

const isMergeKey = ({ text, style }: Scalar): boolean =>
  text === '<<' && (style.tag === undefined ? !style.quoted : style.tag === 'tag:yaml.org,2002:merge');

/** Keys are text to the registry, whatever they look like; nothing is the empty text. */
const nameOf = (key: Scalar): string => (key.empty ? '' : key.text);

function put(entries: Map<string, Entry>, oddities: Oddity[], key: string, entry: Entry): void {
  const earlier = entries.get(key);
  if (earlier) {
    const message = 'is written twice; the registry takes the last one. Keep one of them';
    oddities.push({ kind: 'repeated', key, origin: entry.origin, message });
  }
  entries.set(key, combined(earlier, entry));
}

/** As yaml.v2 assigns into a field that already has a value. */
function combined(earlier: Entry | undefined, later: Entry): Entry {
  if (!(earlier?.node instanceof Dict && later.node instanceof Dict)) return later;
  const entries = new Map(earlier.node.entries);
  for (const [key, entry] of later.node.entries) entries.set(key, combined(entries.get(key), entry));
  const oddities = [...earlier.node.oddities, ...later.node.oddities];
  return { node: new Dict(entries, later.node.origin, oddities), origin: later.origin };
}

function replaces(key: string, origin: Origin): Oddity {
  const message = 'is written before `<<`, which replaces it, as in the registry. Put `<<` first';
  return { kind: 'merged', key, origin, message };
}
