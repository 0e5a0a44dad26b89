/**
 * The entries of one map, assigned in the order of the file, as yaml.v2's decoder assigns them: a map over a map is
 * merged, anything else replaces. A key that was merged may be written again, which replaces it without a report; a key
 * that was written twice may not.
 */
import { Dict, type Entry, type KeyIssue, type Node, type Origin } from './node.js';

/** Counts the entries that merges copy. Merges of merges can double them in each line of a file. */
export class MergeBudget {
  /** No configuration comes near it. */
  static readonly LIMIT = 100_000;
  #copied = 0;

  get exceeded(): boolean {
    return this.#copied > MergeBudget.LIMIT;
  }

  spend(entries: number): void {
    this.#copied += entries;
  }
}

/** One map under construction. */
export class Assembly {
  readonly #entries = new Map<string, Entry>();
  readonly #written = new Set<string>();
  /** A set: the same issue reaches a map through each `<<` of its anchor. */
  readonly #keyIssues = new Set<KeyIssue>();

  constructor(readonly budget: MergeBudget) {}

  /** `key: value` */
  put(key: string, entry: Entry): void {
    if (this.#written.has(key)) {
      const message = 'is duplicated; the registry uses the last one. Keep one of them';
      this.#keyIssues.add({ kind: 'repeated', key, origin: entry.origin, message });
    }
    this.#written.add(key);
    this.#assign(key, entry);
  }

  /** `<<: value`. @param at where the `<<` stands; of several sources the first wins */
  merge(sources: readonly Dict[], at: Origin): void {
    const before = new Set(this.#entries.keys());
    for (const { entries, keyIssues } of sources.toReversed()) {
      this.budget.spend(entries.size);
      for (const [key, entry] of entries) {
        if (before.has(key)) this.#keyIssues.add(this.#replaces(key, at));
        this.#assign(key, entry);
      }
      for (const issue of keyIssues) this.#keyIssues.add(issue);
    }
  }

  /** An invalid key. */
  refuse(origin: Origin): void {
    this.#keyIssues.add({ kind: 'broken', origin, message: 'a key must be a single word' });
  }

  dict(origin: Origin): Dict {
    return new Dict(this.#entries, origin, [...this.#keyIssues]);
  }

  #assign(key: string, entry: Entry): void {
    this.#entries.set(key, combined(this.#entries.get(key), entry, this.budget));
  }

  #replaces(key: string, origin: Origin): KeyIssue {
    const message = this.#written.has(key)
      ? 'is written before `<<`, which replaces it, as in the registry. Put `<<` first'
      : 'comes from two `<<`; the last one applies, as in the registry. Write one `<<` with a list';
    return { kind: 'merged', key, origin, message };
  }
}

/** As yaml.v2 assigns into a field that already has a value. */
function combined(earlier: Entry | undefined, later: Entry, budget: MergeBudget): Entry {
  if (earlier === undefined || earlier.node === later.node || budget.exceeded) return later;
  const [first, second]: [Node, Node] = [earlier.node, later.node];
  if (!(first instanceof Dict && second instanceof Dict)) return later;
  budget.spend(first.entries.size + second.entries.size);
  const entries = new Map(first.entries);
  for (const [key, entry] of second.entries) entries.set(key, combined(entries.get(key), entry, budget));
  const keyIssues = [...new Set([...first.keyIssues, ...second.keyIssues])];
  return { node: new Dict(entries, second.origin, keyIssues), origin: later.origin };
}
