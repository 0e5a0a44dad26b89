/**
 * Names of endpoints: each has its own queue and metrics by its name, so they must differ and be printable.
 * The registry accepts any name, even duplicates; in its own file such names are corrected, with a warning, because
 * a rename there would change the registry's metrics.
 */

import { quote } from '@longshore/settings/format';
import type { Endpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

const LONGEST = 128;
// Control characters, line and paragraph separators, and halves of a surrogate pair.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\p{Cs}]/u;

/** The endpoints with names that can be used. */
export function nameEndpoints(endpoints: readonly Endpoint[], check: Check): Endpoint[] {
  const taken = new Set<string>();
  const all = new Set(endpoints.map(({ name }) => name));
  return endpoints.map((endpoint, index) => {
    const path = ['notifications', 'endpoints', index, 'name'];
    const name = check.flavor === 'longshore' ? endpoint.name : corrected(endpoint.name, index, path, check);
    const unique = taken.has(name) ? another(name, all, taken, path, check) : name;
    if (check.flavor === 'longshore') refuseName(name, path, check, 'the endpoint');
    taken.add(unique);
    return { ...endpoint, name: unique };
  });
}

/** @param what `the endpoint` */
export function refuseName(name: string, path: Step[], { problems }: Check, what: string): void {
  if (problems.failedAt(path)) return;
  if (name.trim() === '') problems.error(path, `is missing; give ${what} a name`);
  else if ([...name].length > LONGEST) problems.error(path, `is longer than ${LONGEST} characters`);
  else if (UNPRINTABLE.test(name)) problems.error(path, 'contains a line break or another control character');
}

function corrected(name: string, index: number, path: Step[], { problems }: Check): string {
  const printable = name.replaceAll(new RegExp(UNPRINTABLE, 'gu'), ' ').trim();
  const short = [...printable].slice(0, LONGEST).join('');
  const usable = short === '' ? `endpoint-${index + 1}` : short;
  if (name === '') problems.warning(path, `is missing; Longshore calls the endpoint ${usable}`);
  else if (usable !== name) {
    problems.warning(
      path,
      `is too long, or contains control characters or outer spaces; Longshore uses ${quote(usable)}`,
    );
  }
  return usable;
}

function another(
  name: string,
  all: ReadonlySet<string>,
  taken: ReadonlySet<string>,
  path: Step[],
  check: Check,
): string {
  const { flavor, problems } = check;
  if (flavor === 'longshore') {
    problems.error(path, `${quote(name)} is the name of an endpoint above; names must differ`);
    return name;
  }
  for (let number = 2; ; number++) {
    const other = `${[...name].slice(0, LONGEST - 8).join('')}-${number}`;
    if (taken.has(other) || all.has(other)) continue;
    const said = `${quote(name)} is the name of an endpoint above; Longshore calls this one ${quote(other)}`;
    problems.warning(path, `${said}. Give each its own name`);
    return other;
  }
}
