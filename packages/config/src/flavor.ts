/**
 * The two kinds of file. A registry's own `config.yml` is accepted unchanged: only its `notifications` are read, as
 * leniently as the registry reads them. Longshore's file is read strictly.
 */
import type { Env } from '@longshore/settings/environment';
import { nearest } from '@longshore/settings/format';
import type { Problems } from './problem.js';
import { Dict, type Node, Scalar } from './yaml/node.js';

/** Whose file it is. */
export type Flavor = 'longshore' | 'registry';

/**
 * What a file is read for. `run`: its endpoints are Longshore's receivers. `check`: it is explained, and a
 * registry's own file may name Longshore as its receiver.
 */
export type Purpose = 'run' | 'check';

/** Keys by which a registry's own file is known: Longshore has none of them. */
const REGISTRY_KEYS = ['storage', 'http', 'middleware'];
/** A line that begins with one of {@link REGISTRY_KEYS}. */
const REGISTRY_LINE = /^["']?(?:storage|http|middleware)["']?[ \t]*:/m;
const READ = 'notifications';

/** By its keys alone, whatever they hold. */
export function flavorOf(tree: Node): Flavor {
  const isRegistry = tree instanceof Dict && REGISTRY_KEYS.some((key) => tree.entries.has(key));
  return isRegistry ? 'registry' : 'longshore';
}

/** Of a text that cannot be parsed: by what its lines begin with. */
export function flavorOfText(text: string): Flavor {
  return REGISTRY_LINE.test(text) ? 'registry' : 'longshore';
}

/** The part of a registry's own file that is read. Reports how the registry reads the rest. */
export function notificationsOf(tree: Node, env: Env, problems: Problems): Node {
  if (!(tree instanceof Dict)) return tree;
  reportVersion(tree, problems);
  reportVariables(env, problems);
  for (const [key, { origin }] of tree.entries) {
    if (key === READ || nearest(key, [READ]) === undefined) continue;
    problems.warning([key], `is ignored, as in the registry. Did you mean "${READ}"?`, origin);
  }
  const entry = tree.entries.get(READ);
  const keyIssues = tree.keyIssues.filter(({ key }) => key === READ);
  return new Dict(new Map(entry && [[READ, entry]]), tree.origin, keyIssues);
}

function reportVersion(tree: Dict, problems: Problems): void {
  const version = tree.entries.get('version')?.node;
  if (version instanceof Scalar && version.text === '0.1') return;
  problems.warning(
    ['version'],
    'is not 0.1; the registry itself refuses such a file',
    version?.origin ?? tree.origin,
  );
}

function reportVariables(env: Env, problems: Problems): void {
  const names = Object.keys(env).filter((name) => /^REGISTRY_NOTIFICATIONS(_|$)/.test(name));
  if (names.length === 0) return;
  const remedy = 'If they change an endpoint, set LONGSHORE_NOTIFICATIONS_… instead';
  problems.warning([READ], `${names.join(', ')}: the registry’s variables are not applied. ${remedy}`, {});
}
