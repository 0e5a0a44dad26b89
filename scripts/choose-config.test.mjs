import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { chooseConfig, namesRedis } from './choose-config.mjs';

async function folder() {
  const root = await mkdtemp(join(tmpdir(), 'longshore-config-'));
  onTestFinished(() => rm(root, { recursive: true }));
  return root;
}

test('a clone runs its own longshore.yml, else the quickstart with its receiver', async () => {
  const root = await folder();
  const quickstart = join(root, 'examples', 'quickstart', 'longshore.yml');
  expect(chooseConfig(root, ['--role', 'ingest'])).toEqual({
    argv: ['run', '--config', quickstart, '--role', 'ingest'],
    file: quickstart,
    help: false,
    quickstart: true,
  });
  const own = join(root, 'longshore.yml');
  await writeFile(own, '');
  expect(chooseConfig(root, [])).toMatchObject({
    argv: ['run', '--config', own],
    file: own,
    quickstart: false,
  });
});

test.each([[['--config', 'a.yml']], [['--config=a.yml']], [['-c', 'a.yml']]])(
  'a file that is given (%j) is passed on as it is',
  async (args) => {
    const chosen = chooseConfig(await folder(), args);
    expect(chosen).toMatchObject({ argv: ['run', ...args], file: 'a.yml', quickstart: false });
  },
);

test('a file from the environment is left to run', async () => {
  expect(chooseConfig(await folder(), [], 'b.yml')).toMatchObject({
    argv: ['run'],
    file: 'b.yml',
    quickstart: false,
  });
});

test('help prints the help of run and starts nothing', async () => {
  const chosen = chooseConfig(await folder(), ['--help']);
  expect(chosen).toMatchObject({ argv: ['run', '--help'], help: true, quickstart: false });
});

test.each([
  ['redis: { url: redis://db:6379 }', true],
  ['redis:\n  prefix: x\n\n  url: redis://db:6379\nlog: {}', true],
  ['redis:\n  cluster: [redis://db:6379]', true],
  ['redis:\n  prefix: x\nnotifications:\n  endpoints:\n    - url: http://a', false],
  ['redis:\n  # url: redis://db:6379\n  prefix: x', false],
  ['notifications: { endpoints: [{ url: http://a }] }', false],
])('%j names a Redis: %s', (yaml, expected) => {
  expect(namesRedis(yaml)).toBe(expected);
});
