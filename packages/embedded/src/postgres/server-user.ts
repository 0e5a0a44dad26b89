/** The user that PostgreSQL runs as: it refuses root, so that of a relay that runs as root needs another one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SystemUser } from '../watched-process.js';

const run = promisify(execFile);

/** A user with the name that messages give it. */
export interface ServerUser extends SystemUser {
  name: string;
}

// english: allow nobody, a user of every system
const INSTEAD_OF_ROOT = ['postgres', 'nobody'];

/**
 * Undefined for everyone but root: then it is the user of this process.
 * @throws Error on a system that has none of the users
 */
export async function serverUser(uid = process.getuid?.()): Promise<ServerUser | undefined> {
  if (uid !== 0) return undefined;
  for (const name of INSTEAD_OF_ROOT) {
    const ids = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (ids[0] && ids[1]) return { name, uid: ids[0], gid: ids[1] };
  }
  throw new Error(`this system has no user ${INSTEAD_OF_ROOT.join(' or ')}`);
}

async function idOf(which: '-u' | '-g', name: string): Promise<number> {
  const { stdout } = await run('id', [which, name]).catch(() => ({ stdout: '' }));
  return Number(stdout);
}
