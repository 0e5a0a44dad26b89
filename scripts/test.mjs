/**
 * `npm test`: set-up, then every check and every test. With arguments (`npm test -- packages/queue`) only vitest,
 * with those arguments.
 *
 * A check (format, types, layers, exports, English, supply chain, reference) counts as one test in the last line. Tools that a few tests need
 * are installed if that needs no confirmation; else those tests are skipped and a line says so. With CI=true a missing
 * tool is a failure.
 */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CACHE, install, installPostgres, isDebian, isRoot, unpack } from './debian.mjs';
import { hasTestPostgres, provideTestPostgres } from './postgres.mjs';
import { show, which } from './run-command.mjs';
import { alone, asScript, NOTES, ROOT, say, setUp } from './setup.mjs';

const NPM_POSTGRES = 'PostgreSQL of npm';

const REPORT = join(NOTES, 'tests.json');
const BIN = join(ROOT, 'node_modules', '.bin');

/**
 * Each program, Debian's package of it, and the tests that need it. Where Debian's package would start a service it is
 * not installed: `unpacked` is, and what needs more than its own files is left to the user (`byHand`).
 */
const TOOLS = [
  { program: 'redis-server', or: 'valkey-server', needs: 'tests that use a Redis' },
  { program: 'postgres', needs: 'tests of the archive' },
  { program: NPM_POSTGRES, needs: 'tests of the archive on that PostgreSQL' },
  { program: 'docker-registry', unpacked: true, needs: 'tests with a real registry' },
  { program: 'skopeo', needs: 'tests with a real registry client' },
  { program: 'chromium', needs: 'tests of the pages in a browser' },
  { program: 'nats-server', unpacked: true, needs: 'tests of endpoints of kind nats' },
  { program: 'rabbitmq-server', byHand: true, needs: 'tests of endpoints of kind amqp' },
  { program: 'fish', needs: 'its completions' },
  { program: 'zsh', needs: 'its completions' },
  { program: 'python3', needs: 'the example of a receiver in Python' },
  { program: 'java', from: 'default-jdk-headless', needs: 'the example of a receiver in Java' },
];

/** These need many packages: without root they are not unpacked. */
const AS_ROOT = new Set(['postgres', 'chromium', 'python3', 'java', 'fish', 'zsh']);

/** Name, program, arguments; the cheapest first. */
const CHECKS = [
  ['format and lint', join(BIN, 'biome'), ['check', '.']],
  ['types of tests', join(BIN, 'tsc'), ['-p', 'tsconfig.tests.json', '--noEmit']],
  ['layers', process.execPath, ['scripts/check-layers.mjs']],
  ['exports', process.execPath, ['scripts/check-exports.mjs']],
  ['plain English', process.execPath, ['scripts/check-english.mjs']],
  ['supply chain', process.execPath, ['scripts/check-supply.mjs']],
  ['generated reference', process.execPath, ['scripts/gen-reference.mjs', '--check']],
  ['generated dashboard', process.execPath, ['scripts/gen-grafana.mjs', '--check']],
];

await asScript(async () => {
  const args = process.argv.slice(2);
  await setUp();
  await provideTools();
  const missing = await missingTools();

  const failed = args.length > 0 ? [] : await runChecks();
  const passed = args.length > 0 ? 0 : CHECKS.length - failed.length;
  const noRedis = missing.some(({ program }) => program === 'redis-server');
  await alone(provideBundle);
  const tests = await runTests(args.length > 0 || !noRedis ? args : await filesWithoutRedis());

  for (const name of failed) console.error(`failed: ${name}`);
  const ci = process.env.CI === 'true';
  if (missing.length > 0) console.log(skippedFor(missing, ci));
  const counts = [`${tests.passed + passed} passed`, `${tests.failed + failed.length} failed`];
  if (tests.skipped > 0) counts.push(`${tests.skipped} skipped`);
  console.log(counts.join(', '));
  process.exit(tests.failed + failed.length > 0 || (ci && missing.length > 0) ? 1 : 0);
});

/** Installs what is missing, as root; else unpacks it. */
async function provideTools() {
  for (const { program } of TOOLS) process.env.PATH += delimiter + join(CACHE, program, 'bin');
  await provideTestPostgres(say);
  if (!(await isDebian())) return;
  for (const { program, from = program, unpacked, byHand } of await missingTools()) {
    if (byHand || program === 'redis-server' || program === NPM_POSTGRES) continue;
    if (AS_ROOT.has(program) && !isRoot) continue;
    say(`installing ${program} for the tests`);
    try {
      if (program === 'postgres') await installPostgres();
      else if (isRoot && !unpacked) await install([from]);
      else await unpack(from, program);
    } catch (error) {
      say(`failed: ${error.message}`);
    }
  }
}

/**
 * Once for each build, since another `npm test` may be running it. Where it cannot be made, the tests start what is
 * built as it is.
 */
async function provideBundle() {
  const folder = join(NOTES, 'command');
  const [built, script] = await Promise.all(
    [join(NOTES, 'built'), join(ROOT, 'scripts', 'bundle.mjs')].map((file) => readFile(file, 'utf8')),
  );
  const made = await readFile(join(folder, 'made-of'), 'utf8').catch(() => undefined);
  try {
    if (made !== built + script) {
      say('bundling the command');
      const { bundleCommand } = await import('./bundle.mjs');
      await bundleCommand(ROOT, folder);
      await writeFile(join(folder, 'made-of'), built + script);
    }
    process.env.TESTED_COMMAND = join(folder, 'longshore.js');
  } catch (error) {
    delete process.env.TESTED_COMMAND;
    say(`not bundled: ${error.message}`);
  }
}

async function missingTools() {
  const { listPostgres } = await import('../packages/embedded/dist/postgres/index.js');
  const find = async ({ program, or }) => {
    if (program === 'postgres') return (await listPostgres())[0];
    if (program === NPM_POSTGRES) return hasTestPostgres();
    return (await which(program)) ?? (or && which(or));
  };
  const found = await Promise.all(TOOLS.map(find));
  return TOOLS.filter((_tool, at) => !found[at]);
}

function skippedFor(missing, ci) {
  const list = missing.map(({ program, needs }) => `${program} (${needs})`).join(', ');
  return ci ? `missing tools, required with CI=true: ${list}` : `skipped (missing: ${list})`;
}

async function runChecks() {
  const failed = [];
  for (const [name, program, args] of CHECKS) {
    say(name);
    if ((await show(program, args, { cwd: ROOT })) !== 0) failed.push(name);
  }
  return failed;
}

/** Runs vitest and counts. Failures outside a test (a file that does not load, an unhandled error) count too. */
async function runTests(args) {
  await mkdir(NOTES, { recursive: true });
  await rm(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const code = await show(join(BIN, 'vitest'), ['run', ...reporters, ...args], { cwd: ROOT });
  const report = JSON.parse(await readFile(REPORT, 'utf8').catch(() => '{}'));
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numPendingTests = 0,
    numTodoTests = 0,
    testResults = [],
  } = report;
  const notLoaded = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = numFailedTests + notLoaded.length;
  return {
    passed: numPassedTests,
    failed: code !== 0 ? Math.max(1, failed) : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

/** The test files that a machine without a Redis can run: those of the packages that never mention one. */
async function filesWithoutRedis() {
  const entries = await readdir(join(ROOT, 'packages'), { recursive: true, withFileTypes: true });
  const files = entries
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.test.ts') && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return files.filter((_file, at) => !/redis/i.test(texts[at]));
}
