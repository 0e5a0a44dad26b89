/**
 * Filters in CEL: `where` of an endpoint. Variables are the flat facts of an event and the details of an image event or
 * pull. What is not known is `""`, 0, false or an empty list, so that nothing throws for what is absent.
 *
 * CEL itself always ends. What could still take long is refused when the configuration is read: `matches` is JavaScript's
 * RegExp, which can run for seconds on one tag, and nested macros multiply lists.
 */

import { DETAILS, type Facts, globFault, globMatcher } from '@longshore/event';
import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type { SemVer } from 'semver';
import { cel, once, re2, semver } from './libraries.js';

/** A filter that was checked. */
export interface Filter {
  /** @throws Error when it fails on this event, as for an index that a list does not have */
  passes(facts: Facts): boolean;
}

/** All but `namespace`, which is a reserved word of CEL. */
const TEXTS = [
  ...(['id', 'action', 'image', 'ref', 'registry', 'repository', 'name', 'tag', 'digest'] as const),
  ...(['mediatype', 'actor', 'time', 'source', 'kind'] as const),
];

/** In CEL: the type of a detail, and what stands for one that is not known. */
const DETAIL_TYPES = {
  text: ['string', ''],
  count: ['int', 0n],
  flag: ['bool', false],
  texts: ['list<string>', []],
} as const;
const KINDS = ['text', 'count', 'flag', 'texts'] as const;
const NO_DETAILS = Object.fromEntries(
  KINDS.flatMap((kind) => DETAILS[kind].map((name): [string, unknown] => [name, DETAIL_TYPES[kind][1]])),
);

/** Characters of a text that a glob looks at: a host, a repository and a tag together are shorter. */
const LONGEST_TEXT = 1_024;
/** Nodes of an expression, and how deep they may be nested: far beyond what a person writes. */
const LIMITS = { maxAstNodes: 1_000, maxDepth: 50 };
const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** What `semver(text)` gives; undefined: the text is no version, and no comparison with it is true. */
class Version {
  constructor(readonly version: SemVer | undefined) {}
}

/** Patterns that are remembered. A configuration has fewer; who tries filters writes ever new ones. */
const MOST_PATTERNS = 1_000;
/** By pattern, which is a literal in an expression. */
const globs = new Map<string, (text: string) => boolean>();
const expressions = new Map<string, RE2JS>();

const environment = once(environmentOf);

/**
 * Checks and compiles an expression.
 * @throws Error whose message says what is wrong, and where
 */
export function compileFilter(expression: string): Filter {
  const { valid, type, error } = environment().check(expression);
  if (!valid) throw new Error(helpful(firstLine(error?.message) ?? 'is no expression'));
  if (type !== 'bool') throw new Error(`gives a value of type ${type}; it must be true or false`);
  const evaluate = environment().parse(expression);
  inspect(evaluate.ast, false);
  return { passes: (facts) => evaluate(contextOf(facts)) === true };
}

/** A name that does not exist is mostly a misspelt one. */
const helpful = (fault: string): string =>
  fault.startsWith('Unknown variable')
    ? `${fault}. There are ${[...TEXTS, 'size', ...Object.keys(NO_DETAILS)].join(', ')}`
    : fault;

function contextOf(facts: Facts): Record<string, unknown> {
  const context: Record<string, unknown> = { ...NO_DETAILS, size: BigInt(facts.size ?? 0) };
  for (const name of TEXTS) context[name] = facts[name] ?? '';
  for (const [name, value] of Object.entries(facts.details ?? {}))
    context[name] = typeof value === 'number' ? BigInt(value) : value;
  return context;
}

function environmentOf(): Environment {
  const { Environment } = cel();
  const { compare, satisfies } = semver();
  const made = new Environment({ limits: LIMITS });
  for (const name of TEXTS) made.registerVariable(name, 'string');
  made.registerVariable('size', 'int');
  for (const kind of KINDS)
    for (const name of DETAILS[kind]) made.registerVariable(name, DETAIL_TYPES[kind][0]);
  made.registerType('Version', { ctor: Version, fields: {} });
  made.registerFunction('glob(string, string): bool', (text: string, pattern: string) =>
    globOf(pattern)(text),
  );
  made.registerFunction('re(string, string): bool', (text: string, pattern: string) =>
    expressionOf(pattern).matcher(text).find(),
  );
  made.registerFunction('semver(string, string): bool', (text: string, range: string) =>
    satisfies(text, range),
  );
  made.registerFunction('semver(string): Version', (text: string) => new Version(versionOf(text)));
  const comparisons: [string, (order: number) => boolean][] = [
    ['<', (order) => order < 0],
    ['<=', (order) => order <= 0],
    ['==', (order) => order === 0],
    ['>=', (order) => order >= 0],
    ['>', (order) => order > 0],
  ];
  for (const [operator, holds] of comparisons) {
    made.registerOperator(`Version ${operator} string`, ({ version }: Version, text: string) => {
      const other = versionOf(text);
      return version !== undefined && other !== undefined && holds(compare(version, other));
    });
  }
  return made;
}

/** `1.2` is 1.2.0, and `v1.2.3-rc.1` is a version too. */
function versionOf(text: string): SemVer | undefined {
  const { coerce, parse } = semver();
  return parse(text) ?? (/^v?\d+(\.\d+)?$/.test(text) ? coerce(text) : null) ?? undefined;
}

function globOf(pattern: string): (text: string) => boolean {
  const known = globs.get(pattern);
  if (known) return known;
  const fault = globFault(pattern);
  if (fault !== undefined) throw new Error(`the glob ${JSON.stringify(pattern)} ${fault}`);
  const matches = globMatcher([pattern], LONGEST_TEXT);
  remember(globs, pattern, matches);
  return matches;
}

function expressionOf(pattern: string): RE2JS {
  const known = expressions.get(pattern) ?? re2().RE2JS.compile(pattern);
  remember(expressions, pattern, known);
  return known;
}

/** What is forgotten is compiled again when it is used. */
function remember<T>(patterns: Map<string, T>, pattern: string, compiled: T): void {
  if (patterns.size >= MOST_PATTERNS && !patterns.has(pattern)) patterns.clear();
  patterns.set(pattern, compiled);
}

/** Refuses what can take long, and compiles each pattern once. */
function inspect(node: ASTNode, inMacro: boolean): void {
  const { op, args } = node;
  const isCall = op === 'call' || op === 'rcall';
  const name = isCall ? String((args as unknown[])[0]) : '';
  if (name === 'matches') throw new Error('uses matches, which can run for seconds; use re(text, "pattern")');
  const isMacro = op === 'rcall' && MACROS.has(name);
  if (isMacro && inMacro)
    throw new Error(`nests ${name} in another macro, which multiplies lists; write it without`);
  if (op === 'call') inspectPattern(name, ((args as unknown[])[1] ?? []) as ASTNode[]);
  for (const child of childrenOf(args)) inspect(child, inMacro || isMacro);
}

const PATTERNS: Readonly<Record<string, (pattern: string) => unknown>> = {
  glob: globOf,
  re: expressionOf,
  semver: (range) => semver().validRange(range) ?? refuseRange(range),
};

function refuseRange(range: string): never {
  throw new Error(`${JSON.stringify(range)} is no range of versions; write ">=1.2.0 <2"`);
}

function inspectPattern(name: string, [, pattern]: ASTNode[]): void {
  const compile = Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined;
  if (!compile || !pattern) return;
  if (pattern.op !== 'value' || typeof pattern.args !== 'string') {
    throw new Error(`the second argument of ${name} must be a text in quotes`);
  }
  compile(pattern.args);
}

const isNode = (value: unknown): value is ASTNode =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

function childrenOf(args: unknown): ASTNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(childrenOf) : [];
}

const firstLine = (text: string | undefined): string | undefined => text?.split('\n', 1)[0];
