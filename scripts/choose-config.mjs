/** Which configuration `npm start` runs, and whether that needs a Redis or a PostgreSQL on this machine. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Parses the arguments of `npm start --`: those for `longshore`, the file, and whether to start the quickstart's
 * receiver. `fromEnvironment` is LONGSHORE_CONFIG.
 */
export function chooseConfig(root, args, fromEnvironment) {
  const { values } = parseArgs({
    args,
    options: { config: { type: 'string', short: 'c' }, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
  });
  const given = values.config ?? fromEnvironment;
  const own = join(root, 'longshore.yml');
  const quickstart = !given && !existsSync(own);
  const file = given ?? (quickstart ? join(root, 'examples', 'quickstart', 'longshore.yml') : own);
  if (values.help) return { argv: ['run', '--help'], file, help: true, quickstart: false };
  return {
    argv: given ? ['run', ...args] : ['run', '--config', file, ...args],
    file,
    help: false,
    quickstart,
  };
}

/** Whether a configuration names a Redis. A rough check: `run` parses the file. */
export function namesRedis(yaml) {
  const block = /^redis:(.*(?:\n(?:[ \t].*)?)*)/m.exec(yaml)?.[1] ?? '';
  return /^[^#]*\b(?:url|cluster):/m.test(block);
}

/** Whether a configuration has an archive that names no PostgreSQL. As rough as {@link namesRedis}. */
export function needsPostgres(yaml) {
  const block = /^archive:(.*(?:\n(?:[ \t].*)?)*)/m.exec(yaml)?.[1];
  return block !== undefined && !/^[^#]*\burl:/m.test(block);
}
