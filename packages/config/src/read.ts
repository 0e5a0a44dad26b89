/**
 * Reads a file and the environment into a configuration: parse, detect whose file it is, apply the variables, fit
 * the tree to the schema, run the schema, check for likely mistakes. Every step reports and continues, so that one
 * run finds every mistake; the configuration is returned only if there is no error.
 */
import { readFileSync } from 'node:fs';
import { LongshoreError } from '@longshore/event';
import type { Env } from '@longshore/settings/environment';
import type { z } from 'zod';
import { checkConfig, sendsToLongshore } from './checks/index.js';
import { type Flavor, flavorOf, flavorOfText, notificationsOf, type Purpose } from './flavor.js';
import { overridden } from './overrides.js';
import { formatProblem, type Problem, Problems } from './problem.js';
import { readNode } from './reading.js';
import { type Config, settings } from './schema.js';
import { decode } from './yaml/decode.js';
import { countValues, Dict, type Node, originAt, Scalar, type Step } from './yaml/node.js';
import { parseYaml } from './yaml/parse.js';

/** The result for a file. `config` is absent when there is an error among the problems. */
export interface ReadConfig {
  config?: Config;
  problems: Problem[];
  flavor: Flavor;
  /** Endpoints of a registry's own file that lead to Longshore's ingest; only when it is read to be checked. */
  toLongshore?: string[];
}

/**
 * Reads a configuration, Longshore's or a registry's own `config.yml`. Never throws: a file that is missing
 * or cannot be read is a problem like any other, with its line and column where there is one.
 */
export function readConfig(file: string, env: Env, purpose: Purpose = 'run'): ReadConfig {
  try {
    return configFrom(readFileSync(file), env, purpose);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof RangeError)) throw error;
    const message = code === undefined ? TOO_DEEP : unreadable(code);
    return { problems: [{ level: 'error', path: '', message }], flavor: 'longshore' };
  }
}

/**
 * Reads the configuration that Longshore is to run with.
 * @throws LongshoreError CONFIG_INVALID with one line for each error: `file:line:column: path: message`
 */
export function loadConfig(file: string, env: Env): Config {
  const { config, problems } = readConfig(file, env);
  if (config !== undefined) return config;
  const errors = problems.filter(({ level }) => level === 'error');
  throw new LongshoreError(
    'CONFIG_INVALID',
    errors.map((problem) => formatProblem(file, problem)).join('\n'),
  );
}

/** Values that a file may hold through its aliases, which can double them in each line. */
const MOST_VALUES = 50_000;
/** A file without many aliases is not a bomb, however long it is. */
const MOST_COPIES = 3;
const MULTIPLIED = `its aliases multiply its values to more than ${MOST_VALUES}. Use fewer aliases of lists and maps`;

function isMultiplied(tree: Node): boolean {
  const written = new Map<Node, number>();
  const values = countValues(tree, written);
  return values > MOST_VALUES && values > MOST_COPIES * written.size;
}

/** Aliases of aliases can nest more deeply than the text itself. */
const TOO_DEEP = 'its aliases are nested too deeply';

function unreadable(code: string): string {
  if (code === 'ENOENT') return 'file not found. Create it, or name another';
  if (code === 'EISDIR') return 'is a folder. Name a file in it';
  return `cannot be read (${code}). Make it readable for the user that runs Longshore`;
}

/** The same, from the bytes of a file. */
export function configFrom(bytes: Buffer, env: Env, purpose: Purpose = 'run'): ReadConfig {
  const problems = new Problems();
  const written = treeFrom(bytes, env, problems);
  if (written === undefined) {
    return { problems: problems.sorted(), flavor: flavorOfText(bytes.toString('latin1')) };
  }

  const flavor = flavorOf(written);
  const relevant = flavor === 'registry' ? notificationsOf(written, env, problems) : written;
  const tree = overridden(relevant, settings, env, problems);
  problems.locateWith((path) => originAt(tree, path));
  if (isMultiplied(tree)) {
    problems.error([], MULTIPLIED, {});
    return { problems: problems.sorted(), flavor };
  }

  const input = readNode(settings, tree, [], { flavor, problems, reported: new Set() });
  const result = parsed(input, problems);
  const check = { flavor, purpose, env, problems };
  const config = result && checkConfig(result, check);
  const usable = problems.failed ? undefined : config;
  const senders =
    usable?.notifications.endpoints.filter((endpoint) => sendsToLongshore(endpoint, check)) ?? [];
  return {
    ...(usable && { config: usable }),
    problems: problems.sorted(),
    flavor,
    ...(senders.length > 0 && { toLongshore: senders.map(({ name }) => name) }),
  };
}

/**
 * The output of the schema. Values that it refuses are reported, then omitted, to check the rest. A value that is
 * missing cannot be omitted: then the list that it is in is.
 */
function parsed(input: unknown, problems: Problems): z.output<typeof settings> | undefined {
  const first = settings.safeParse(input ?? {});
  if (first.success) return first.data;
  report(first.error, problems);
  for (const { path } of first.error.issues) leaveOut(input, path as Step[]);
  const second = settings.safeParse(input ?? {});
  if (second.success) return second.data;
  for (const { path } of second.error.issues) {
    const index = path.findLastIndex((step) => typeof step === 'number');
    leaveOut(input, path.slice(0, index + 1) as Step[]);
  }
  return settings.safeParse(input ?? {}).data;
}

/** Removes the setting that a path leads to or into. */
function leaveOut(input: unknown, path: readonly Step[]): void {
  const [step, ...rest] = path;
  if (step === undefined || typeof input !== 'object' || input === null) return;
  const below = Reflect.get(input, step) as unknown;
  const goesOn = rest.some((next) => typeof next === 'string');
  if (goesOn) leaveOut(below, rest);
  else Reflect.deleteProperty(input, step);
}

function treeFrom(bytes: Buffer, env: Env, problems: Problems): Node | undefined {
  const decoded = decode(bytes);
  if ('message' in decoded) return problems.error([], decoded.message, decoded.origin) as undefined;
  const { tree, errors, warnings } = parseYaml(decoded.text, env);
  for (const { message, origin } of errors) problems.error([], message, origin);
  for (const { message, origin } of warnings) problems.warning([], message, origin);
  if (tree === undefined || tree instanceof Dict) return tree;
  if (tree instanceof Scalar && tree.empty) return new Dict(new Map());
  problems.error([], 'must be a map: lines of key: value', tree.origin);
  return undefined;
}

function report(error: z.ZodError, problems: Problems): void {
  for (const issue of error.issues) {
    const path = issue.path as Step[];
    // A value that was omitted because it did not fit is not reported as missing too.
    const isMissing = issue.code === 'invalid_type';
    if (!problems.failedAt(path)) problems.error(path, isMissing ? 'is missing' : issue.message);
  }
}
