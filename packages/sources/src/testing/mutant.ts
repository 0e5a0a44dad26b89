/**
 * Request bodies that went wrong, for fast-check: a sample's JSON with nodes replaced, removed, renamed or
 * buried, or its bytes cut and overwritten. For tests only.
 */
import fc from 'fast-check';
import type { JsonObject } from '../json.js';

interface Change {
  /** Where: at each level the child with this number, modulo how many there are. */
  path: number[];
  how: 'replace' | 'remove' | 'upper' | 'bury' | 'repeat';
  by: unknown;
}

const odd = fc.constantFrom<unknown>(
  '',
  0,
  -0,
  1e21,
  2 ** 53,
  '\u0000',
  '\ud800',
  null,
  [],
  {},
  'x'.repeat(2000),
);
const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(20), { maxLength: 5 }),
  how: fc.constantFrom('replace', 'remove', 'upper', 'bury', 'repeat'),
  by: fc.oneof(odd, fc.jsonValue({ maxDepth: 3 })),
});

/** One of the bodies, changed. */
export function mutant(bodies: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const body = fc.constantFrom(...bodies);
  const changed = fc
    .tuple(body, fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([original, changes]) => Buffer.from(changedJson(original, changes)));
  const torn = fc
    .tuple(body, fc.nat(), fc.uint8Array({ maxLength: 8 }), fc.boolean())
    .map(([original, at, bytes, cut]) => {
      const offset = original.length === 0 ? 0 : at % original.length;
      const rest = cut ? [] : [original.subarray(offset + bytes.length)];
      return Buffer.concat([original.subarray(0, offset), bytes, ...rest]);
    });
  return fc.oneof({ weight: 4, arbitrary: changed }, { weight: 1, arbitrary: torn });
}

function changedJson(original: Buffer, changes: Change[]): string {
  let root: unknown;
  try {
    root = JSON.parse(original.toString('utf8'));
  } catch {
    return original.toString('latin1');
  }
  for (const each of changes) root = apply(root, each);
  return JSON.stringify(root) ?? '';
}

function apply(root: unknown, change: Change): unknown {
  let parent: JsonObject | undefined;
  let key = '';
  let node = root;
  for (const step of change.path) {
    const keys = typeof node === 'object' && node !== null ? Object.keys(node) : [];
    const next = keys[step % keys.length];
    if (next === undefined) break;
    parent = node as JsonObject;
    key = next;
    node = parent[key];
  }
  if (!parent) return changed(node, change);
  if (change.how === 'remove' || change.how === 'upper') delete parent[key];
  if (change.how === 'upper') parent[key.toUpperCase()] = node;
  else if (change.how !== 'remove') parent[key] = changed(node, change);
  return root;
}

function changed(node: unknown, { how, by }: Change): unknown {
  if (how === 'bury') return Array.from({ length: 300 }).reduce((inner) => ({ inner }), node);
  return how === 'repeat' ? [node, node] : by;
}
