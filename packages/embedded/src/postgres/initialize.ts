/**
 * Makes the data of a new PostgreSQL with `initdb`, in a draft that is renamed when it is complete: data that exists
 * is whole, wherever an earlier start was killed.
 */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '@longshore/event';
import { endedEarly } from '../await-ready.js';
import { launch, type Ownership } from '../owner.js';
import { type WatchedOptions, watchedProcess } from '../watched-process.js';
import { POSTGRES } from './kind.js';
import { ROLE } from './probe.js';
import { ADVICE } from './server.js';

const DRAFT = 'data.draft-';

/**
 * Does nothing when the data is there.
 * @throws LongshoreError POSTGRES_START_FAILED when `initdb` fails, or when the data is damaged
 */
export async function ensureData(
  ownership: Ownership,
  bin: string,
  data: string,
  options: WatchedOptions,
): Promise<void> {
  const { dir, onWait } = ownership;
  if (await isThere(data)) return;
  for (const name of await readdir(dir)) {
    if (name.startsWith(DRAFT)) await rm(join(dir, name), { recursive: true, force: true, maxRetries: 5 });
  }
  onWait?.('making the data of the embedded PostgreSQL');
  const draft = join(dir, `${DRAFT}${randomBytes(4).toString('hex')}`);
  const program = join(bin, 'initdb');
  // Its socket is in a folder of mode 0700, and who passes that may read the data as well.
  const settings = ['--auth=trust', '--encoding=UTF8', '--locale=C'];
  const initdb = watchedProcess(program, [`--pgdata=${draft}`, `--username=${ROLE}`, ...settings], options);
  await launch(ownership, initdb);
  const exit = await initdb.exited;
  if (exit.code !== 0) {
    await rm(draft, { recursive: true, force: true });
    throw endedEarly({ kind: POSTGRES, program, advice: ADVICE }, exit);
  }
  await rename(draft, data);
}

/** Without both of these files nothing was ever stored; what is there is moved aside, not removed. */
async function isThere(data: string): Promise<boolean> {
  const files = ['PG_VERSION', join('global', 'pg_control')];
  const found = await Promise.all(files.map((file) => stat(join(data, file)).catch(() => undefined)));
  if (found.every(Boolean)) return true;
  const missing = files.filter((_file, at) => !found[at]);
  if (missing.length < files.length) {
    const what = `${data} is damaged: it has no ${missing.join()}`;
    const next = 'Restore it from a backup, or move it away to begin with an empty archive';
    throw new LongshoreError('POSTGRES_START_FAILED', `${what}. ${next}.`);
  }
  const left = await readdir(data).catch(() => []);
  if (left.length > 0) await rename(data, `${data}.incomplete-${Date.now()}`);
  return false;
}
