/** The file: what `longshore check` says of it, whether its secrets are there, and whether its changes can arrive. */
import { readFile, realpath } from 'node:fs/promises';
import { fileReferences, formatProblem, Secret } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { type Finding, parted, pass, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';

/** See the header. */
export async function checkConfig({ config, file, problems }: DoctorParts): Promise<Finding[]> {
  const missing = missingSecrets(config);
  const rows = problems.map((problem): Finding => {
    const isMissing = missing.has(problem.message);
    const { message, fix = 'correct the file' } = parted(formatProblem(file, problem));
    return { status: isMissing ? 'fail' : 'warn', name: isMissing ? 'secret' : 'settings', message, fix };
  });
  const own = rows.length > 0 ? rows : [pass('settings', `${file} has no error and no warning`)];
  return [...own, ...(await checkMounts([file, ...fileReferences(config)]))];
}

/** Messages of those that cannot be resolved, as `check` has them. */
function missingSecrets(value: unknown): Set<string> {
  if (value instanceof Secret) {
    try {
      value.reveal();
      return new Set();
    } catch (error) {
      return new Set(error instanceof LongshoreError ? [error.message] : []);
    }
  }
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((item: unknown) => [...missingSecrets(item)]));
}

/** A file that is a mount by itself is bound to one inode: what is written in its place never arrives. */
async function checkMounts(files: readonly string[]): Promise<Finding[]> {
  const mounts = mountPoints(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const paths = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  return paths
    .filter((path) => mounts.has(path))
    .map((path) =>
      warn(
        'mount',
        `${path} is mounted as a single file (\`subPath\`, or a volume of one file): changes to it are not seen`,
        'mount its folder, without `subPath`',
      ),
    );
}

/** The fifth field of each line; spaces in it are written `\040`. */
const mountPoints = (text: string): Set<string> =>
  new Set(text.split('\n').map((line) => (line.split(' ', 5)[4] ?? '').replaceAll('\\040', ' ')));
