/**
 * Environment variables override the file: `LONGSHORE_` and the path in upper case, with `_` between the steps.
 * `LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_URL` is the first endpoint's url; the index after the last one adds
 * an endpoint. A value is read as a YAML scalar of that setting; a list is `a, b` or `[a, b]`.
 */

import type { Env } from '@longshore/settings/environment';
import { nearest } from '@longshore/settings/format';
import { keysOf, kindOf, type Shape, shapeOf } from '@longshore/settings/shape';
import type { z } from 'zod';
import { listSettings, variableOf } from './listing.js';
import type { Problems } from './problem.js';
import { Dict, List, type Node, nodeAt, type Origin, Scalar, type Step, withNodeAt } from './yaml/node.js';
import { parseYaml } from './yaml/parse.js';

const PREFIX = 'LONGSHORE_';
/** Not settings: the command's own, and what an image may call its version. */
const OTHERS = new Set(['LONGSHORE_CONFIG', 'LONGSHORE_VERSION']);
/** What Kubernetes sets in every pod of a namespace that has a Service whose name starts with "longshore". */
const KUBERNETES = /_(SERVICE_(HOST|PORT(_\w+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

/** The tree with the variables applied. Unknown variables and unusable values are reported. */
export function overridden(root: Node, schema: z.ZodType, env: Env, problems: Problems): Node {
  let tree = root;
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && !OTHERS.has(name));
  // By number, so that _10_ comes after _2_ and can be appended.
  for (const name of names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))) {
    const found = locate(schema, name.slice(PREFIX.length).split('_'), tree, []);
    if (found === undefined) unknown(name, schema, problems);
    else
      tree = override(
        spelledOut(tree, schema, found.path),
        found,
        { name, text: env[name] ?? '', env },
        problems,
      );
  }
  return tree;
}

interface Found {
  path: Step[];
  schema: z.ZodType;
}

/** Follows the steps of a name into the schema. Names of record entries are matched with those written. */
function locate(schema: z.ZodType, steps: string[], tree: Node, path: Step[]): Found | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return { path, schema };
  const shape = shapeOf(schema);
  const known = keysAt(shape, tree, path);
  if (known) {
    const key = Object.keys(known).find((one) => one.toUpperCase() === step);
    const below = key === undefined ? undefined : known[key];
    return key === undefined || below === undefined ? undefined : locate(below, rest, tree, [...path, key]);
  }
  if (shape.type === 'list' && /^\d{1,4}$/.test(step))
    return locate(shape.of, rest, tree, [...path, Number(step)]);
  if (shape.type !== 'record') return undefined;
  const written = nodeAt(tree, path);
  const keys = written instanceof Dict ? [...written.entries.keys()] : [];
  const name = steps.join('_');
  const key = keys.find((one) => one.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_') === name);
  return { path: [...path, key ?? name.toLowerCase().replaceAll('_', '-')], schema: shape.of };
}

/** The keys of a map or a union. What a key means depends on the kind that is written at the path. */
function keysAt(shape: Shape, tree: Node, path: readonly Step[]): ReturnType<typeof keysOf> {
  const kind = nodeAt(tree, [...path, 'kind']);
  return keysOf(shape, kind instanceof Scalar ? kind.text : undefined);
}

interface Variable {
  name: string;
  text: string;
  env: Env;
}

function override(tree: Node, { path, schema }: Found, variable: Variable, problems: Problems): Node {
  const origin = { variable: variable.name };
  if (variable.text.trim() === '' && !kindOf(schema)?.rejectEmpty) {
    problems.warning(path, 'is empty, so it is ignored. Unset it, or give it a value', origin);
    return tree;
  }
  const gap = gapIn(tree, path);
  if (gap !== undefined) {
    problems.error(path, `there are ${gap} before it; the next index is ${gap}`, origin);
    return tree;
  }
  const node = nodeOf(schema, variable, origin);
  if (node === undefined) {
    problems.error(
      path,
      'is not valid YAML; write one value, [a, b] for a list or {key: value} for a map',
      origin,
    );
    return tree;
  }
  return withNodeAt(tree, path, node);
}

/** The tree with `hmac: env:KEY` written as `hmac: { secret: env:KEY }` on the way to a path, so that both apply. */
function spelledOut(root: Node, schema: z.ZodType, path: readonly Step[]): Node {
  let tree = root;
  let below: z.ZodType | undefined = schema;
  for (let at = 0; at < path.length && below !== undefined; at += 1) {
    const shape = shapeOf(below);
    const here = path.slice(0, at);
    const node = nodeAt(tree, here);
    const stands = node instanceof List || (node instanceof Scalar && !node.empty);
    if (shape.type === 'map' && shape.shorthandKey !== undefined && stands) {
      const { origin } = node;
      tree = withNodeAt(tree, here, new Dict(new Map([[shape.shorthandKey, { node, origin }]]), origin));
    }
    const keys = keysAt(shape, tree, here);
    if (keys) below = keys[String(path[at])];
    else below = 'of' in shape ? shape.of : undefined;
  }
  return tree;
}

/** The length of the list that an index in the path goes beyond, if one does. */
function gapIn(tree: Node, path: readonly Step[]): number | undefined {
  for (const [at, step] of path.entries()) {
    if (typeof step !== 'number') continue;
    const list = nodeAt(tree, path.slice(0, at));
    const length = list instanceof List ? list.items.length : 0;
    if (step > length) return length;
  }
  return undefined;
}

function nodeOf(schema: z.ZodType, { name, text, env }: Variable, origin: Origin): Node | undefined {
  const shape = shapeOf(schema);
  const trimmed = text.trim();
  if ((shape.type !== 'value' || shape.kind.anyForm) && /^(\[|\{(?!\{))/.test(trimmed))
    return parseYaml(trimmed, env, origin).tree;
  const alone =
    shape.type === 'map' && shape.shorthandKey !== undefined ? shape.keys[shape.shorthandKey] : undefined;
  if (alone !== undefined) return nodeOf(alone, { name, text, env }, origin);
  if (shape.type === 'map' || shape.type === 'union' || shape.type === 'record') return undefined;
  if (shape.type === 'value') return scalarOf(shape.kind.verbatim ? text : trimmed, origin, env);
  if (shapeOf(shape.of).type !== 'value') return undefined;
  const parts = kindOf(shape.of)?.verbatim ? [text] : trimmed.split(',').map((part) => part.trim());
  return new List(
    parts.map((part) => scalarOf(part, origin, env)),
    origin,
  );
}

/** Quotes around a whole value are YAML's: Compose files keep them. */
function scalarOf(text: string, origin: Origin, env: Env): Scalar {
  if (/^(["']).*\1$/s.test(text.trim())) {
    const { tree } = parseYaml(text.trim(), env);
    if (tree instanceof Scalar) return new Scalar(tree.text, origin, { quoted: true }, env);
  }
  return new Scalar(text, origin, { quoted: false }, env);
}

function unknown(name: string, schema: z.ZodType, problems: Problems): void {
  if (KUBERNETES.test(name)) return;
  const index = /_(\d+)(?=_|$)/.exec(name)?.[1] ?? '0';
  const known = listSettings(schema).flatMap(
    ({ path }) => variableOf(path)?.replace('_0_', `_${index}_`) ?? [],
  );
  const meant = nearest(name, known);
  const hint =
    meant === undefined ? 'docs/reference/configuration.md lists all settings' : `Did you mean ${meant}?`;
  problems.warning([], `${name} is not a setting. ${hint}`, {});
}
