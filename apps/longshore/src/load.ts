/** Reads the configuration, for every command. Loads nothing of a role. */
import { type Config, type Env, formatProblem, type Problem, readConfig } from '@longshore/config';
import type { RefusedConfig } from '@longshore/dashboard';
import { LongshoreError } from '@longshore/event';

/** A configuration that can be used, and what is surprising in it. */
export interface Loaded {
  config: Config;
  warnings: Problem[];
}

/** What an operator has to know and do. */
export function refusedWords({ at, file, reason }: RefusedConfig): string {
  const since = new Date(at).toISOString();
  return `${file} is not in force since ${since}, the configuration before it is; correct the file: ${reason}`;
}

/** @throws LongshoreError CONFIG_INVALID with one line for each error */
export function load(file: string, env: Env): Loaded {
  const { config, problems } = readConfig(file, env);
  const errors = problems.filter(({ level }) => level === 'error');
  if (!config) {
    const lines = errors.map((problem) => formatProblem(file, problem));
    throw new LongshoreError('CONFIG_INVALID', lines.join('\n'));
  }
  return { config, warnings: problems.filter(({ level }) => level === 'warning') };
}
