/** `npm start` installs no package of tests and checks, so what it builds may not import one. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './setup.mjs';

/** Types of Node and of libraries are found at the root. */
const ROOT_TYPES = ['koa', 'pg', 'semver'];

test.each(await rooms())('%s is built with what `npm start` installs', async (room) => {
  const { dependencies = {} } = JSON.parse(await readFile(join(ROOT, room, 'package.json'), 'utf8'));
  const { exclude = [] } = JSON.parse(await readFile(join(ROOT, room, 'tsconfig.json'), 'utf8'));
  const declared = await declaredIn(room);

  const imported = new Set();
  for (const file of await sources(room, exclude)) {
    const text = await readFile(join(ROOT, room, 'src', file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from |import\()'([^'.][^']*)'/g)) imported.add(name);
  }

  const installed = (name) => packageOf(name) in dependencies || ROOT_TYPES.includes(name);
  const missing = [...imported].filter((name) => !isBuiltin(name) && !declared.has(name) && !installed(name));
  expect(missing).toEqual([]);
  expect(imported.size).toBeGreaterThan(0);
});

test('the declarations of clients are of packages that are installed on demand', async () => {
  const { dependencies, peerDependenciesMeta } = JSON.parse(
    await readFile(join(ROOT, 'packages/sinks/package.json'), 'utf8'),
  );
  const declared = new Set([...(await declaredIn('packages/sinks'))].map(packageOf));
  expect([...declared].sort()).toEqual(Object.keys(peerDependenciesMeta).sort());
  for (const name of declared) expect(dependencies).not.toHaveProperty(name);
});

/** Folders of what a start builds. */
async function rooms() {
  const found = [];
  for (const group of ['packages', 'apps'])
    for (const name of await readdir(join(ROOT, group)))
      if (name !== 'testkit' && existsSync(join(ROOT, group, name, 'tsconfig.json')))
        found.push(`${group}/${name}`);
  return found;
}

/** Below src, without what tsconfig.json excludes. */
async function sources(room, exclude) {
  const all = await readdir(join(ROOT, room, 'src'), { recursive: true });
  const isOut = (file) =>
    /\.test\.tsx?$/.test(file) ||
    (exclude.includes('src/testing') && file.startsWith('testing/')) ||
    (exclude.includes('src/**/contract.ts') && /(?:^|\/)contract\.ts$/.test(file));
  return all.filter((file) => /(?<!\.d)\.tsx?$/.test(file) && !isOut(file));
}

async function declaredIn(room) {
  const file = join(ROOT, room, 'src/brokers/clients.d.ts');
  const text = existsSync(file) ? await readFile(file, 'utf8') : '';
  return new Set(Array.from(text.matchAll(/^declare module '([^']+)'/gm), ([, name]) => name));
}

const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
