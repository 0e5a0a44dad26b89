/**
 * The folder of the embedded PostgreSQL, `<datadir>/postgres`, and the user that owns it.
 *
 * PostgreSQL refuses to run as root. Root's runs as another user: `datadir` lets every user pass (0711) and the folder
 * below is that user's alone (0700). Data that exists is run by the user that owns it.
 */
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LongshoreError } from '@longshore/event';
import { diskError, serverFolder } from '../folder.js';
import { POSTGRES } from './kind.js';
import { obstacle } from './reach.js';
import { type ServerUser, serverUser } from './server-user.js';

/** The folder, absolute, and who runs the server; no user: this process's. */
export interface PostgresFolder {
  dir: string;
  /** Where the data is, or will be. */
  data: string;
  user?: ServerUser;
}

/** Makes the folder. @throws LongshoreError POSTGRES_START_FAILED with the folder that is in the way */
export async function preparePostgresFolder(datadir: string): Promise<PostgresFolder> {
  const dir = serverFolder(POSTGRES, datadir);
  const data = join(dir, 'data');
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const user = await runsAs(data);
    if (!user) {
      await chmod(dir, 0o700);
      return { dir, data };
    }
    await letPass(dirname(dir));
    await chown(dir, user.uid, user.gid);
    await chmod(dir, 0o700);
    const closed = await obstacle(dir, user);
    if (closed) throw unreachable(dir, closed, user);
    return { dir, data, user };
  } catch (error) {
    throw diskError(POSTGRES, dir, error);
  }
}

async function runsAs(data: string): Promise<ServerUser | undefined> {
  const user = await serverUser();
  if (!user) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (!owner || owner.uid === 0 || owner.uid === user.uid) return user;
  return { name: `the user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
}

async function letPass(datadir: string): Promise<void> {
  const { mode } = await stat(datadir);
  await chmod(datadir, (mode & 0o777) | 0o011);
}

function unreachable(dir: string, closed: string, { name }: ServerUser): LongshoreError {
  const why = `PostgreSQL refuses to run as root, so it runs as ${name}, which may not enter ${closed}`;
  const next = `Let it pass (chmod o+x ${closed}), set datadir to a folder elsewhere, or set archive.url to your own PostgreSQL`;
  return new LongshoreError('POSTGRES_START_FAILED', `${dir} cannot be used: ${why}. ${next}.`);
}
