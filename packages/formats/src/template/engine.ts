/**
 * Liquid for templates: no files, no prototypes, no unknown filters, and limits of time and memory on. Text from outside
 * is data: nothing in it is ever parsed.
 */

import { createRequire } from 'node:module';
import type { Liquid, Template as Parsed, Value } from 'liquidjs';
import { slackEscaped } from '../slack/escaped.js';
import { clipped, markdown } from '../text.js';

/** Milliseconds for one request. What is usual takes less than one; more than this is a loop in a loop. */
export const RENDER_MS = 500;
/** Units as liquidjs counts them: about one for each character and each step of a loop. */
const MEMORY = 1_000_000;
/** Characters of one template. */
const LONGEST = 64 * 1024;

const LIMITS = {
  ownPropertyOnly: true,
  strictFilters: true,
  templates: {},
  parseLimit: LONGEST,
  renderLimit: RENDER_MS,
  memoryLimit: MEMORY,
} as const;

/** What templates see, by name. */
export type Scope = Readonly<Record<string, unknown>>;

/** A compiled text with expressions in it. */
export interface Leaf {
  /** Names that it uses. */
  variables: readonly string[];
  /** @param limitMs of its rendering @throws Error of liquidjs */
  text(scope: Scope, limitMs: number): string;
  /** Of a text that is one expression and nothing else: its value with its type. */
  value?(scope: Scope, limitMs: number): unknown;
}

const require = createRequire(import.meta.url);
/** Loaded with the first template: it costs 70 ms of CPU, and most configurations have none. */
const library = once(() => require('liquidjs') as typeof import('liquidjs'));
const semver = once(() => require('semver') as typeof import('semver'));
const engine = once(() => engineWith({}));
/** Everything that is put into a url is percent-encoded. */
const urlEngine = once(() => {
  const made = engineWith({ outputEscape: (value: unknown) => encodeURIComponent(String(value ?? '')) });
  made.registerFilter('url_encode', (value: unknown) => value);
  return made;
});

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Whether a text has an expression in it. */
export const isLiquid = (text: string): boolean => text.includes('{{') || text.includes('{%');

/** @throws Error whose message says what is wrong */
export const compileLeaf = (text: string): Leaf => compiled(engine(), text);
/** As {@link compileLeaf}, for a part of a url. */
export const compileUrlLeaf = (text: string): Leaf => compiled(urlEngine(), text);

function compiled(liquid: Liquid, text: string): Leaf {
  const parsed = liquid.parse(text);
  const whole = soleOutput(parsed);
  const { Context, toValueSync } = library();
  const limits = (renderLimit: number) => ({ sync: true, renderLimit, memoryLimit: MEMORY });
  return {
    variables: liquid.globalVariablesSync(parsed),
    text: (scope, limitMs) => String(liquid.renderSync(parsed, scope, limits(limitMs))),
    ...(whole && {
      value: (scope, limitMs) =>
        toValueSync(whole.value(new Context(scope, liquid.options, limits(limitMs)), true)),
    }),
  };
}

/** The value of a text that is exactly one `{{ expression }}`. */
function soleOutput(parsed: readonly Parsed[]): Value | undefined {
  const [only, ...more] = parsed;
  return only instanceof library().Output && more.length === 0 ? only.value : undefined;
}

function engineWith(options: object): Liquid {
  const { Liquid } = library();
  const liquid = new Liquid({ ...LIMITS, ...options });
  for (const tag of ['include', 'render', 'layout', 'block']) delete liquid.tags[tag];
  liquid.registerFilter('json', (value: unknown) => JSON.stringify(value ?? null));
  liquid.registerFilter('slack', (value: unknown) => slackEscaped(textOf(value)));
  liquid.registerFilter('markdown', (value: unknown) => markdown(textOf(value)));
  liquid.registerFilter('discord', (value: unknown) => markdown(textOf(value)));
  liquid.registerFilter('short', (value: unknown) => shortDigest(textOf(value)));
  liquid.registerFilter('clip', (value: unknown, length: unknown) =>
    clipped(textOf(value), Number(length) || 0),
  );
  liquid.registerFilter('semver', (value: unknown, range: unknown) =>
    semver().satisfies(textOf(value), textOf(range)),
  );
  return liquid;
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Hexadecimal digits that people compare. */
const SHORT = 12;

const shortDigest = (digest: string): string => digest.slice(digest.indexOf(':') + 1).slice(0, SHORT);
