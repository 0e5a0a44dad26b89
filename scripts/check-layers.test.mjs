import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { checkLayers } from './check-layers.mjs';

/** A workspace of the given files: text, or an object for JSON. */
async function tree(files) {
  const root = await mkdtemp(join(tmpdir(), 'longshore-layers-'));
  onTestFinished(() => rm(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return root;
}

function manifests(extra = {}) {
  const names = {
    event: 'packages/event',
    sinks: 'packages/sinks',
    queue: 'packages/queue',
    testkit: 'packages/testkit',
  };
  const files = Object.entries(names).map(([name, folder]) => [
    `${folder}/package.json`,
    { name: `@longshore/${name}`, ...extra[name] },
  ]);
  return Object.fromEntries(files);
}

test('this workspace keeps its layers', () => {
  expect(checkLayers(dirname(dirname(fileURLToPath(import.meta.url))))).toEqual([]);
});

test('an edge between stages is refused, with the package, the edge and the rule', async () => {
  const root = await tree(
    manifests({ sinks: { dependencies: { '@longshore/event': '*', '@longshore/queue': '*' } } }),
  );
  expect(checkLayers(root)).toEqual([
    expect.stringMatching(
      /^@longshore\/sinks -> @longshore\/queue: stages do not import each other.*\[package\.json\]$/,
    ),
  ]);
});

test('an edge that only a source shows is refused', async () => {
  const file = 'packages/sinks/src/a.ts';
  const root = await tree({ ...manifests(), [file]: "import type { X } from '@longshore/queue/x';" });
  expect(checkLayers(root)).toEqual([expect.stringContaining(`[${file}]`)]);
  const dynamic = await tree({ ...manifests(), [file]: "await import('../../queue/src/x.js');" });
  expect(checkLayers(dynamic)).toEqual([expect.stringContaining('another package is imported by its name')]);
  const helper = await tree({ ...manifests(), [file]: "import './testing/server.js';" });
  expect(checkLayers(helper)).toEqual([expect.stringContaining('src/testing is for tests')]);
});

test('bullmq is refused outside queue, and ioredis outside queue and sinks', async () => {
  const dependencies = { bullmq: '*', ioredis: '*' };
  const devDependencies = dependencies;
  const root = await tree(
    manifests({ queue: { dependencies }, sinks: { devDependencies }, event: { devDependencies } }),
  );
  expect(checkLayers(root)).toEqual([
    expect.stringMatching(/^@longshore\/event -> bullmq: all of/),
    expect.stringMatching(/^@longshore\/event -> ioredis: Longshore’s Redis is in queue/),
    expect.stringMatching(/^@longshore\/sinks -> bullmq: all of/),
  ]);
});

test('testkit is refused as a dependency and in a source, and allowed in a test', async () => {
  const testkit = { '@longshore/testkit': '*' };
  const use = "import { eventually } from '@longshore/testkit';";
  const good = await tree({
    ...manifests({ sinks: { devDependencies: testkit } }),
    'packages/sinks/src/a.test.ts': use,
    'packages/sinks/src/testing/b.ts': use,
  });
  expect(checkLayers(good)).toEqual([]);
  const bad = await tree({
    ...manifests({ queue: { dependencies: testkit } }),
    'packages/sinks/src/a.ts': use,
  });
  expect(checkLayers(bad)).toEqual([
    expect.stringMatching(/^@longshore\/queue -> @longshore\/testkit: testkit is for tests/),
    expect.stringMatching(/^@longshore\/sinks -> @longshore\/testkit: testkit is for tests/),
  ]);
});

test('the environment and the console are refused in code, not in comments', async () => {
  const root = await tree({
    ...manifests(),
    'packages/sinks/src/a.ts':
      '/** not process.env */ // console.log\nexport const url = "http://x//console";',
    'packages/sinks/src/b.ts': 'export const a = process.env.HOME;\nconsole.log(a);',
    'packages/testkit/src/c.ts': 'export const a = process.env.CI;',
  });
  expect(checkLayers(root)).toEqual([
    '@longshore/sinks reads process.env: the environment is read in settings only [packages/sinks/src/b.ts]',
    expect.stringMatching(/^@longshore\/sinks writes to console: .*b\.ts\]$/),
  ]);
});

test('a package that the table does not know is refused', async () => {
  const root = await tree({ 'packages/extra/package.json': { name: '@longshore/extra' } });
  expect(checkLayers(root)).toEqual([expect.stringContaining('@longshore/extra: is not in the table')]);
});

test('run by itself it prints what is wrong and exits 1', async () => {
  const root = await tree(manifests({ event: { dependencies: { '@longshore/sinks': '*' } } }));
  const script = fileURLToPath(new URL('check-layers.mjs', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringContaining('@longshore/event -> @longshore/sinks')]);
});
