/** The commands of the runbook for backup and restore, run as they stand there, on an embedded archive. */
import { execFile } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { eventually, hasTool, redisUrl, testPrefix, toolPath } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command, jsonLines } from './operator.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

const RUNBOOK = new URL('../../../docs/runbooks/archive.md', import.meta.url);
const LONG_MS = 240_000;

/** The blocks of commands below "Back up and restore": what sets variables and backs up, and what restores. */
async function commands(): Promise<[backup: string, restore: string]> {
  const text = await readFile(RUNBOOK, 'utf8');
  const section = text.slice(text.indexOf('## Back up and restore'));
  const [backup = '', restore = ''] = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block);
  return [backup, restore];
}

async function shell(cwd: string, script: string): Promise<string> {
  const path = `${process.env.PATH}:${dirname(toolPath('pg_dump') ?? '')}`;
  const env = { ...process.env, PATH: path };
  const { stdout, stderr } = await promisify(execFile)('/bin/sh', ['-euc', script], { cwd, env });
  return stdout + stderr;
}

test.skipIf(!hasTool('postgres') || !hasTool('pg_dump'))(
  'a backup that is restored has the same events, and the relay writes to it again',
  async () => {
    const folder = await workFolder();
    // As root's PostgreSQL runs as another user.
    await chmod(folder, 0o711);
    const file = await writeConfig(folder, {
      archive: {},
      redis: { url: redisUrl(), prefix: testPrefix() },
    });
    const search = async () =>
      jsonLines(await command(['search', 'acme', '--since', '1d', '-o', 'ndjson', '--config', file]));
    const push = () => anEvent({ target: { tag: 'v1' } });
    const fresh = () => ({ ...push(), timestamp: new Date().toISOString() });
    const relay = await startRelay(file);
    await relay.post(envelope(fresh(), fresh(), fresh()));
    const before = await eventually(search, (events) => events.length === 3, AT_LAST);
    const [backup, restore] = await commands();
    expect(await shell(folder, backup)).toBe('');
    await relay.post(envelope(fresh()));
    await eventually(search, (events) => events.length === 4, AT_LAST);
    await relay.stop();

    const accepting = await startRelay(file, { roles: ['ingest', 'dashboard'] });
    await accepting.post(envelope(fresh()));
    const [socket = ''] = backup.split('\n');
    expect(await shell(folder, `${socket}\n${restore}`)).toBe('');
    expect(await search()).toEqual(before);
    await accepting.stop();

    await startRelay(file);
    await eventually(search, (events) => events.length === 4, AT_LAST);
  },
  LONG_MS,
);
