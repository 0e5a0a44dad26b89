/**
 * The `yaml` library's nodes into ours. Aliases become the node that they name (shared, not copied, so that
 * a file cannot grow by them); merge keys and repeated keys become what yaml.v2's decoder makes of them (assemble.ts).
 */

import type { Env } from '@longshore/settings/environment';
import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { Assembly, MergeBudget } from './assemble.js';
import { Dict, InvalidNode, type Issue, List, type Node, type Origin, Scalar } from './node.js';

interface Build {
  originOf(offset: number): Origin;
  env?: Env;
  /** Gets issues that make the whole file unreadable. */
  errors: Issue[];
}

/** The tree below a node of the library. */
export function buildTree(root: unknown, build: Build): Node {
  return new Builder(build).node(root, {});
}

/** An anchor whose node is still being read: an alias to it would contain itself. */
const OPEN = Symbol('open');

const NO_MAP = '`<<` takes a map or a list of maps: write `<<: *base` or `<<: [*one, *two]`';
const TOO_MUCH = `the merge keys (\`<<\`) up to here copy more than ${MergeBudget.LIMIT} entries. Merge fewer maps`;

class Builder {
  readonly #anchors = new Map<string, Node | typeof OPEN>();
  readonly #budget = new MergeBudget();

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
    if (target === OPEN) return new InvalidNode('an anchor contains an alias to itself', origin);
    if (target) return target;
    const message = `the alias *${source.source} names no anchor above it`;
    this.#refuse(message, origin);
    return new InvalidNode(message, origin);
  }

  #list(source: YAMLSeq, origin: Origin): List {
    return new List(
      source.items.map((item) => this.node(item, origin)),
      origin,
    );
  }

  #dict(source: YAMLMap, origin: Origin): Dict {
    const assembly = new Assembly(this.#budget);
    for (const pair of source.items as Pair[]) {
      const key = this.node(pair.key, origin);
      const value = this.node(pair.value, key.origin);
      if (key instanceof Scalar && isMergeKey(key)) this.#merge(assembly, key, value, isAlias(pair.value));
      else if (key instanceof Scalar) assembly.put(nameOf(key), { node: value, origin: key.origin });
      else assembly.refuse(key.origin);
    }
    return assembly.dict(origin);
  }

  /** @param byAlias an alias may name a map here, but not a list of maps: yaml.v2 refuses that */
  #merge(assembly: Assembly, { origin }: Scalar, value: Node, byAlias: boolean): void {
    const sources = value instanceof List && !byAlias ? value.items : [value];
    const maps = sources.filter((source) => source instanceof Dict);
    const broken = sources.find((source) => source instanceof InvalidNode);
    if (broken) this.#refuse(broken.why, broken.origin);
    else if (maps.length < sources.length) this.#refuse(NO_MAP, origin);
    else if (!this.#budget.exceeded) {
      assembly.merge(maps, origin);
      if (this.#budget.exceeded) this.#refuse(TOO_MUCH, origin);
    }
  }

  /** Once: an alias that leads nowhere has been reported where it stands. */
  #refuse(message: string, origin: Origin): void {
    const { errors } = this.build;
    if (!errors.some((error) => error.message === message)) errors.push({ message, origin });
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
