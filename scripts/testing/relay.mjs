/**
 * Longshore as a test of a page or an example runs it: the command, on free ports, with data in a folder of the
 * test's own. Everything ends with the test.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { runProcess } from '../../packages/testkit/dist/index.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** `npm test` bundles it, so that a process starts with a third of the CPU. */
const COMMAND = process.env.TESTED_COMMAND ?? join(ROOT, 'apps', 'longshore', 'bin', 'longshore.js');

/** A folder that goes when the test ends. */
export async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-docs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Runs the command line and resolves once it has ended. */
export async function longshore(args, options) {
  const child = runProcess(process.execPath, [COMMAND, ...args], options);
  const { code } = await child.exited;
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/**
 * `longshore run` with this file, which must log JSON; resolves when it serves, with the process and `urls`.
 * `env`: variables on top, to point endpoints at receivers of the test's own.
 */
export async function startRelay(file, { roles = [], env = {} } = {}) {
  const ports = Object.fromEntries(
    ['INGEST', 'DASHBOARD', 'ADMIN'].map((name) => [`LONGSHORE_${name}_LISTEN`, '127.0.0.1:0']),
  );
  const args = ['run', '--config', file, ...roles.flatMap((role) => ['--role', role])];
  const datadir = env.LONGSHORE_DATADIR ?? join(await temporaryFolder(), 'data');
  const child = runProcess(process.execPath, [COMMAND, ...args], {
    env: { ...ports, LONGSHORE_DATADIR: datadir, ...env },
  });
  const ready = await child.waitFor('ready', { timeout: 60_000 });
  return { child, urls: ready };
}

/** Posts an envelope of events as registry 3 does. */
export async function post(ingest, events, { path = '/registry/notifications', headers = {} } = {}) {
  const answer = await fetch(`${ingest}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json', ...headers },
    body: JSON.stringify({ events }),
  });
  return { status: answer.status, body: await answer.json() };
}
