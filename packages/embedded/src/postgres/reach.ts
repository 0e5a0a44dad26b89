/** Whether the user that runs PostgreSQL gets to a folder, and what is in the way. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SystemUser } from '../watched-process.js';

const script = 'for folder; do [ -x "$folder" ] || { echo "$folder"; exit; }; done';

/** The first part of the path that `user` may not enter, or execute; undefined when all is open to it. */
export async function obstacle(path: string, user: SystemUser | undefined): Promise<string | undefined> {
  if (!user) return undefined;
  const parts = [path];
  while (dirname(parts[0] ?? '/') !== parts[0]) parts.unshift(dirname(parts[0] ?? '/'));
  const shell = spawn('/bin/sh', ['-c', script, 'sh', ...parts], {
    ...user,
    cwd: '/',
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return (await text(shell.stdout)).trim() || undefined;
}
