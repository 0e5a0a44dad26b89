/**
 * A likely mistake as a test: a file that has it and no other problem, and a similar file that has none. For tests
 * only; not part of what the package exports.
 */
import { deepEqual, match } from 'node:assert/strict';
import type { Env } from '@longshore/settings/environment';
import { configFrom } from '../read.js';

/** A mistake, the problem that names it, and a file without it. */
export interface Trap {
  title: string;
  bad: string;
  problem: [level: 'error' | 'warning', path: string, message: RegExp];
  /** A near file without the trap, in the same environment. */
  fine: string;
  env?: Env;
}

/** What makes a file the registry's own. */
export const REGISTRY = 'version: 0.1\nstorage: inmemory\n';
/** Path of the first endpoint. */
export const KEY = 'notifications.endpoints[0]';

/** A file with one endpoint that has these settings. */
export const file = (settings: string, more = ''): string =>
  `${more}notifications:\n  endpoints:\n    - { name: one, url: http://receiver/, ${settings} }\n`;

/** A file with one endpoint of this url. */
export const withUrl = (url: string, more = ''): string =>
  `${more}notifications:\n  endpoints:\n    - { name: one, url: "${url}" }\n`;

/** Fails unless the bad file has exactly that problem and the fine one has none. */
export function checkTrap({ bad, problem: [level, path, message], fine, env = {} }: Trap): void {
  const { problems } = configFrom(Buffer.from(bad), env);
  deepEqual(
    problems.map((problem) => [problem.level, problem.path]),
    [[level, path]],
  );
  match(problems[0]?.message ?? '', message);
  deepEqual(configFrom(Buffer.from(fine), env).problems, []);
}
