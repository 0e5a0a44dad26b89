/** What is usable but surprising in a configuration, into the log: the traps that `longshore check` prints. */
import { type Env, formatProblem, readConfig } from '@longshore/config';
import type { Observer } from '@longshore/observe';

export function tellWarnings(file: string, env: Env, { log }: Observer): void {
  for (const problem of readConfig(file, env).problems) {
    if (problem.level === 'warning') log.warn({ setting: problem.path }, formatProblem(file, problem));
  }
}
