/**
 * A body of any form whose texts are templates. It is built as a value and then written as JSON, so that no text from
 * outside can break out of its place. A text that is one `{{ expression }}` and nothing else keeps the type of its
 * value, and where that is unknown its key is left out.
 */

import { Secret } from '@longshore/settings/secrets';
import type { Tree } from '@longshore/settings/tree';
import { compileLeaf, isLiquid, type Leaf } from './engine.js';

/** A step into the tree. */
export type Step = string | number;

/** Renders one leaf. */
export type Render = (leaf: Leaf, path: readonly Step[], whole: boolean) => unknown;

/** A compiled part of a body. */
export type Node = (render: Render) => unknown;

/** What compiling hears of. */
export interface Compiling {
  leaf(leaf: Leaf, path: readonly Step[]): void;
  fault(path: readonly Step[], why: string): void;
  secret(secret: Secret): string;
}

/** @param path of the tree */
export function compileTree(tree: Tree, path: readonly Step[], compiling: Compiling): Node {
  if (tree instanceof Secret) {
    const text = compiling.secret(tree);
    return () => text;
  }
  if (Array.isArray(tree)) return compileList(tree, path, compiling);
  if (typeof tree === 'object' && tree !== null) return compileMap(tree, path, compiling);
  if (typeof tree !== 'string' || !isLiquid(tree)) return () => tree;
  const leaf = compileText(tree, path, compiling);
  return leaf ? (render) => render(leaf, path, true) : () => '';
}

/** Undefined: it cannot be compiled, which was reported. */
export function compileText(
  text: string,
  path: readonly Step[],
  compiling: Compiling,
  compile = compileLeaf,
): Leaf | undefined {
  try {
    const leaf = compile(text);
    compiling.leaf(leaf, path);
    return leaf;
  } catch (error) {
    compiling.fault(path, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function compileList(list: Tree[], path: readonly Step[], compiling: Compiling): Node {
  const items = list.map((item, index) => compileTree(item, [...path, index], compiling));
  return (render) => items.map((item) => item(render)).filter((item) => item !== undefined);
}

function compileMap(map: { [key: string]: Tree }, path: readonly Step[], compiling: Compiling): Node {
  const entries = Object.entries(map).map(
    ([key, item]) => [key, compileTree(item, [...path, key], compiling)] as const,
  );
  return (render) => Object.fromEntries(entries.map(([key, item]) => [key, item(render)]));
}
