import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '@longshore/config';
import { createObserver } from '@longshore/observe';
import { expect, onTestFinished, test } from 'vitest';
import { reloadConfig } from './reload.js';

test('who may ask without a secret is decided by where a listener is, not by where it will be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'longshore.yml');
  const write = (settings: object) => writeFile(file, JSON.stringify({ version: 0.1, ...settings }));
  const on = (listen: string) => ({ listen, hosts: [] as string[] });
  const auth = { basic: { ops: 'hunter2' } };
  await write({ ingest: on(':1'), admin: on(':2'), dashboard: { ...on(':3'), auth } });
  const current = loadConfig(file, {});
  await write({
    ingest: on('127.0.0.1:1'),
    admin: { ...on('127.0.0.1:2'), hosts: ['admin.example.com'] },
    dashboard: on('127.0.0.1:3'),
  });
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const observer = createObserver({ level: 'warn', pretty: false, version: '0', destination });
  let applied: Config | undefined;
  const apply = (next: Config) => {
    applied = next;
  };
  reloadConfig({ file, env: {}, why: 'a test', current: { config: current }, apply, observer });
  expect(applied).toMatchObject({
    ingest: { listen: { host: '', port: 1 } },
    dashboard: { listen: { host: '', port: 3 }, auth: {} },
    admin: { listen: { host: '', port: 2 }, hosts: ['admin.example.com'] },
  });
  const settings = ['ingest.listen', 'dashboard.listen', 'admin.listen'];
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ settings }));
});

test('of a file with many errors a refusal names the first ones and the command for the rest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, 'version: 0.1\n');
  const current = { config: loadConfig(file, {}) };
  const wrong = Array.from({ length: 40 }, (_, at) => `wrong${at}: 1\n`);
  await writeFile(file, `version: 0.1\n${wrong.join('')}`);
  const observer = createObserver({
    level: 'error',
    pretty: false,
    version: '0',
    destination: { write: () => {} },
  });
  const apply = () => expect.unreachable();
  const { refused } = reloadConfig({ file, env: {}, why: 'a test', current, apply, observer });
  expect(refused?.reason.split('\n')).toEqual([
    expect.stringContaining('wrong0'),
    expect.stringContaining('wrong1'),
    expect.stringContaining('wrong2'),
    `and 37 more: longshore check ${file}`,
  ]);
});
