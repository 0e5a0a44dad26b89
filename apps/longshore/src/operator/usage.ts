/** Wrong usage of the operator's commands. */
import { LongshoreError } from '@longshore/event';
import type { Action } from '../commands/options.js';

/** Exit code 2. */
export const usageError = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);

/** Refuses an option of another action. @param actions the action of each option @throws LongshoreError REQUEST_INVALID */
export function checkOptions<Options extends object>(
  action: Action,
  options: Options,
  actions: { [Option in keyof Options]?: Action },
): void {
  for (const option of Object.keys(actions) as (keyof Options & string)[]) {
    const allowed = actions[option];
    if (options[option] !== undefined && action !== allowed)
      throw usageError(`--${option} is an option of ${allowed} only`);
  }
}
