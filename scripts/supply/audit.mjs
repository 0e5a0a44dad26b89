/** Known vulnerabilities of what Longshore runs with, as the package registry knows them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;
const SEVERE = new Set(['high', 'critical']);

/**
 * One line for each vulnerability of severity high or critical. A registry that does not answer is no fault: `unanswered`
 * says why then.
 * @param packageManager `pnpm@VERSION` @param args more of them, for tests
 */
export async function auditFaults(root, packageManager, args = []) {
  const command = ['--yes', packageManager, ...args, 'audit', '--prod', '--json'];
  // It exits with 1 when it found something.
  const { stdout = '', message } = await run('npx', command, {
    cwd: root,
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 26,
  }).catch((error) => error);
  const advisories = advisoriesIn(stdout);
  if (advisories === undefined) {
    const why = /responded with \d+|ENOTFOUND|ECONN\w+|ETIMEDOUT/.exec(`${stdout} ${message}`)?.[0];
    return { faults: [], unanswered: why ?? 'no answer' };
  }
  const severe = advisories.filter(({ severity }) => SEVERE.has(severity));
  return {
    faults: severe.map(
      ({ module_name: name, severity, title, url }) => `${name}: ${severity}: ${title} (${url})`,
    ),
  };
}

function advisoriesIn(stdout) {
  try {
    const { advisories } = JSON.parse(stdout);
    return advisories && Object.values(advisories);
  } catch {
    return undefined;
  }
}
