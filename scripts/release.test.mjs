/** The npm package as a release has it: packed, and used in an empty folder. */
import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { notesOf, stagePackage, versionFaults } from './release/package.mjs';
import { ROOT, temporaryFolder } from './testing/relay.mjs';

const run = promisify(execFile);

/** What npm would install beside the package: here from the workspace, so that no network is needed. */
async function provide(folder, manifest) {
  const bundled = new Set(manifest.bundleDependencies);
  const owners = ['apps/longshore', ...[...bundled].map((name) => name.replace('@longshore/', 'packages/'))];
  const folders = [...owners, 'apps/ingest', 'apps/worker', 'apps/dashboard'].filter((one) =>
    existsSync(join(ROOT, one)),
  );
  for (const name of Object.keys(manifest.dependencies).filter((one) => !bundled.has(one))) {
    const places = folders.flatMap(
      (one) => createRequire(join(ROOT, one, 'package.json')).resolve.paths(name) ?? [],
    );
    const found = places
      .map((place) => join(place, name))
      .find((place) => existsSync(join(place, 'package.json')));
    expect(found, name).toBeDefined();
    await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true });
    await symlink(realpathSync(found), join(folder, 'node_modules', name));
  }
}

test('the tarball has all that the command needs, and nothing that runs at its installation', async () => {
  const staged = await temporaryFolder();
  const manifest = await stagePackage(ROOT, staged);
  expect(manifest).toMatchObject({ name: 'longshore', engines: { node: '>=20.19' }, bin: expect.anything() });
  expect(manifest.scripts).toBeUndefined();
  for (const range of Object.values(manifest.dependencies)) expect(range).toMatch(/^\d+\.\d+\.\d+/);

  const folder = await temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--silent', '--offline', '--pack-destination', folder], {
    cwd: staged,
  });
  const own = join(folder, 'node_modules', 'longshore');
  await mkdir(own, { recursive: true });
  await run('tar', ['-xzf', join(folder, stdout.trim()), '-C', own, '--strip-components=1']);
  await provide(folder, manifest);

  await writeFile(
    join(folder, 'config.yml'),
    'version: 0.1\nnotifications: { endpoints: [{ name: one, url: http://receiver.example.com/ }] }\n',
  );
  const longshore = (...args) =>
    run(process.execPath, [join(own, 'bin/longshore.js'), ...args], { cwd: folder });
  expect((await longshore('check', 'config.yml')).stdout).toContain(
    'config.yml: a Longshore configuration, usable',
  );
  expect((await longshore('--version')).stdout.trim()).toBe(manifest.version);
  // Each bundled package finds what it imports.
  const imports = manifest.bundleDependencies.map((name) => `await import('${name}');`).join('');
  await writeFile(join(own, 'all.mjs'), imports);
  await run(process.execPath, [join(own, 'all.mjs')]);
});

test('one version everywhere, and the notes are the changelog’s', async () => {
  expect(await versionFaults(ROOT)).toEqual([]);
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  expect(notesOf(changelog, '0.0.0')?.length).toBeGreaterThan(100);
  expect(notesOf('# C\n\n## 2.0.0\n\nNew.\n\n## 1.0.0\n\nOld.\n', '1.0.0')).toBe('Old.');
  expect(notesOf('# C\n', '1.0.0')).toBeUndefined();
});

test('nothing is published by mistake', async () => {
  await expect(run(process.execPath, [join(ROOT, 'scripts/release.mjs')])).rejects.toThrow(
    'nothing is published from here',
  );
});
