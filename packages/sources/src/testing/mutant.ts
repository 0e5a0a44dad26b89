/**
 * Malformed request bodies for fast-check: a sample's JSON with nodes replaced, removed, renamed or nested deeper, or
 * its bytes cut and overwritten. For tests only.
 */
import fc from 'fast-check';
import type { JsonObject } from '../json.js';

const ODD: unknown[] = ['', 0, -0, 1e21, 2 ** 53, '\u0000', '\ud800', null, [], {}, 'x'.repeat(2000)];
const change = fc.record({
  /** Where: at each level the child with this number, modulo how many there are. */
  path: fc.array(fc.nat(20), { maxLength: 5 }),
  how: fc.constantFrom('replace', 'remove', 'upper', 'nest', 'repeat'),
  by: fc.oneof(fc.constantFrom(...ODD), fc.jsonValue({ maxDepth: 3 })),
});
type Change = typeof change extends fc.Arbitrary<infer C> ? C : never;

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
  try {
    return JSON.stringify(changes.reduce(apply, JSON.parse(original.toString('utf8')))) ?? '';
  } catch {
    return original.toString('latin1');
  }
}

/** Follows the path as far as it leads, and changes the node there in its parent. */
function apply(node: unknown, { path: [step, ...path], how, by }: Change): unknown {
  const keys = typeof node === 'object' && node !== null ? Object.keys(node) : [];
  const key = step === undefined ? undefined : keys[step % keys.length];
  if (key === undefined) {
    if (how === 'nest') return Array.from({ length: 300 }).reduce((inner) => ({ inner }), node);
    return how === 'repeat' ? [node, node] : by;
  }
  const parent = node as JsonObject;
  const child = parent[key];
  const isLast = path.length === 0 || typeof child !== 'object' || child === null;
  if (!isLast || !['remove', 'upper'].includes(how)) parent[key] = apply(child, { path, how, by });
  else {
    delete parent[key];
    if (how === 'upper') parent[key.toUpperCase()] = child;
  }
  return parent;
}
