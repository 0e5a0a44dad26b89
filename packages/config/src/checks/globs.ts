/** Refuses unsupported globs: they would match nothing, or something else. */
import { globFault } from '@longshore/event';
import { quote } from '@longshore/settings/format';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** @param place of the list */
export function checkGlobs(globs: readonly string[], place: readonly Step[], check: Check): void {
  for (const [index, glob] of globs.entries()) checkGlob(glob, [...place, index], check);
}

/** One of them. */
export function checkGlob(glob: string, place: Step[], { problems }: Check): void {
  const fault = globFault(glob);
  if (fault !== undefined) problems.error(place, `${quote(glob)} ${fault}`);
  else if (glob.startsWith('!')) {
    const why = 'starts with !, and a list of such globs matches nearly everything';
    problems.error(place, `${quote(glob)} ${why}. Write the globs that should match`);
  } else if (/(?<!\\)\[!/.test(glob)) {
    const meaning = 'matches ! as well as the characters behind it';
    problems.warning(place, `${quote(glob)}: [!…] ${meaning}. Write [^…] for any other character`);
  }
}
