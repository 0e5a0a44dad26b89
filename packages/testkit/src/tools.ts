/**
 * Programs that some tests need and that a machine may not have.
 *
 * On a developer's machine such tests are skipped (`test.skipIf(!hasTool('skopeo'))`), and `npm test` says so
 * in one line. With `CI=true` a missing tool is an error: there, no test may be skipped.
 */
import { execFileSync } from 'node:child_process';

/** Is the program on the PATH? With `CI=true` it throws when it is not. */
export function hasTool(name: string): boolean {
  if (toolPath(name)) return true;
  if (process.env.CI === 'true') throw new Error(`${name} is missing, and with CI=true no test is skipped`);
  return false;
}

/** Debian's package of PostgreSQL puts its programs here, and not on the PATH. */
const MORE = 'for folder in /usr/lib/postgresql/*/bin; do PATH=$PATH:$folder; done';

/** Absolute path of a program; undefined when it is not on the PATH. */
export function toolPath(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `${MORE}; command -v -- "$1"`, 'sh', name], {
      encoding: 'utf8',
    }).trim();
  } catch {
    return undefined;
  }
}
