/**
 * Prepares a clone: checks Node's version, installs packages, builds, provides a Redis, and a PostgreSQL where the
 * configuration has an archive. Finished steps are skipped, so that a second start only hashes the sources.
 *
 * `npm start` and `npm test` call it; `node scripts/setup.mjs` runs it alone, as `npm test` does. A start installs what
 * `run` and the build need, which is a third of what the tests need.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeFault } from '../apps/longshore/bin/node-version.js';
import { installRedis, isDebian, isRoot, REDIS_BIN, unpack } from './debian.mjs';
import { providePostgres } from './postgres.mjs';
import { capture, SetupError } from './run-command.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** State of set-up: hashes of the last install and build. Not part of the clone. */
export const NOTES = join(ROOT, 'node_modules', '.cache', 'longshore');

/** What is written down of an installation without the packages of tests and checks. */
const RUN_ONLY = ' run';

/**
 * Runs every step; `redis: false` skips the Redis, `postgres: true` provides a PostgreSQL, `tests: false` leaves out the
 * packages of tests and checks if they are not there yet.
 */
export async function setUp({ redis = true, postgres = false, tests = true } = {}) {
  checkNode();
  if (await isOutdated(tests)) await alone(() => installAndBuild(tests));
  if (redis) await provideRedis();
  if (postgres && !process.env.LONGSHORE_ARCHIVE_URL) await alone(() => providePostgres(say));
}

/** Runs a script's main function: prints the message of a SetupError and exits with 1. */
export async function asScript(main) {
  try {
    return await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `longshore: ${error.message}` : error);
    process.exit(1);
  }
}

export function say(line) {
  console.log(`longshore: ${line}`);
}

function checkNode() {
  const fault = nodeFault(process.version, process.execPath);
  if (fault !== undefined) throw new SetupError(fault);
}

async function isOutdated(tests) {
  const { installed, built } = await state(tests);
  return !installed || !built;
}

async function installAndBuild(tests) {
  const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const { installed, built, hashes, all } = await state(tests);
  if (!installed) {
    say(`installing packages (${packageManager})`);
    const how = ['--frozen-lockfile', ...(all ? [] : ['--prod'])];
    await capture('npx', ['--yes', packageManager, 'install', ...how], { cwd: ROOT });
    await writeFile(join(NOTES, 'installed'), hashes.manifests + (all ? '' : RUN_ONLY));
  }
  if (!built) {
    say('building');
    const built = ['apps/longshore', ...(all ? [TESTKIT] : [])];
    await capture(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b', ...built], { cwd: ROOT });
    await writeFile(join(NOTES, 'built'), hashes.sources);
  }
}

/** Nothing that runs refers to it. */
const TESTKIT = join('packages', 'testkit');

/** Whether the last install and build match the files, and whether everything is to be installed. */
async function state(tests) {
  const files = await inputs();
  const manifests = await hashOf(files.filter((file) => /(package\.json|pnpm-[a-z]+\.yaml)$/.test(file)));
  const sources = await hashOf(files);
  const read = (name) => readFile(join(NOTES, name), 'utf8').catch(() => undefined);
  const folders = files.filter((file) => file.endsWith('tsconfig.json')).map((file) => dirname(file));
  const thereIs = (...path) => existsSync(join(ROOT, ...path));
  const noted = await read('installed');
  // A start does not remove what the tests of this clone need.
  const all = tests || (noted !== undefined && !noted.endsWith(RUN_ONLY));
  const needed = folders.filter((folder) => all || folder !== TESTKIT);
  return {
    ...{ hashes: { manifests, sources }, all },
    installed:
      (noted === manifests || (!all && noted === manifests + RUN_ONLY)) &&
      thereIs('node_modules', '.modules.yaml'),
    built: (await read('built')) === sources && needed.every((folder) => thereIs(folder, 'dist', 'index.js')),
  };
}

/** Everything that installing and building depend on, as paths below the root. */
async function inputs() {
  const top = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'turbo.json', 'tsconfig.base.json'];
  const files = [...top];
  for (const group of ['packages', 'apps']) {
    for (const name of await readdir(join(ROOT, group))) {
      const folder = join(group, name);
      if (!existsSync(join(ROOT, folder, 'package.json'))) continue;
      files.push(join(folder, 'package.json'), join(folder, 'tsconfig.json'));
      const entries = await readdir(join(ROOT, folder, 'src'), { recursive: true, withFileTypes: true });
      for (const entry of entries) {
        if (entry.isFile() && !entry.name.endsWith('.test.ts'))
          files.push(join(entry.parentPath, entry.name).slice(ROOT.length + 1));
      }
    }
  }
  return files.sort();
}

async function hashOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    const content = await readFile(join(ROOT, file)).catch(() => '');
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/** Two set-ups at once (two terminals) would corrupt node_modules: the second one waits. */
export async function alone(work) {
  await mkdir(NOTES, { recursive: true });
  const lock = join(NOTES, 'setup.pid');
  let reported = false;
  for (;;) {
    const taken = await writeFile(lock, String(process.pid), { flag: 'wx' }).catch((error) => error);
    if (!taken) break;
    if (taken.code !== 'EEXIST') throw taken;
    const pid = Number(await readFile(lock, 'utf8').catch(() => '0'));
    // In a restarted container the lock of the previous one may have our own pid.
    if (pid === process.pid || (pid && !isRunning(pid))) await rm(lock, { force: true });
    else if (!reported) say(`waiting for another set-up (pid ${pid}) to finish; lock file ${lock}`);
    reported = true;
    await delay(100);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Finds a redis-server, or provides one where that can be done without asking.
 * Never fails: if there is none, `run` prints what to install.
 */
async function provideRedis() {
  process.env.PATH += delimiter + REDIS_BIN;
  if (process.env.LONGSHORE_REDIS_URL) return;
  const { findRedisServer } = await import('../packages/embedded/dist/redis/index.js');
  let missing;
  await findRedisServer().catch((error) => {
    missing = error;
  });
  // If the one on the PATH is too old, it stays first there, and the package may be too old as well.
  if (missing?.code === 'REDIS_START_FAILED') say(missing.message);
  if (missing?.code !== 'REDIS_NOT_FOUND' || !(await isDebian())) return;
  try {
    say(isRoot ? 'installing redis-tools (apt-get)' : `fetching redis-server into ${dirname(REDIS_BIN)}`);
    await alone(() => (isRoot ? installRedis() : unpack('redis-server', 'redis-server', dirname(REDIS_BIN))));
  } catch (error) {
    say(`failed: ${error.message}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await asScript(() => setUp());
