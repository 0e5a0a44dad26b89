/** The binary says which Node.js it needs before it loads anything that an old one cannot. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFault } from '../apps/longshore/bin/node-version.js';
import { runProcess } from '../packages/testkit/dist/index.js';
import { ROOT } from './testing/relay.mjs';

test.each(['v12.22.12', 'v18.20.8', 'v20.18.3', 'v8.0.0'])(
  '%s is too old, and the message says what is needed',
  (version) => {
    expect(nodeFault(version, '/usr/bin/node')).toBe(
      `Node.js 20.19 or newer is needed, and this is ${version} (/usr/bin/node). See https://nodejs.org/en/download.`,
    );
  },
);

test.each(['v20.19.0', 'v20.20.0', 'v22.0.0', 'v24.1.0', 'v100.0.0-nightly'])(
  '%s is new enough',
  (version) => {
    expect(nodeFault(version, '/usr/bin/node')).toBeUndefined();
  },
);

const OLD = "data:text/javascript,Object.defineProperty(process, 'version', { value: 'v18.20.8' })";

test.each(['apps/longshore/bin/longshore.js', 'scripts/check-node.mjs', 'scripts/setup.mjs'])(
  '%s prints it without a stack, and exits with 1',
  async (file) => {
    const child = runProcess(process.execPath, ['--import', OLD, join(ROOT, file), '--version']);
    const { code } = await child.exited;
    expect([code, child.stdout]).toEqual([1, '']);
    expect(child.stderr).toMatch(
      /^longshore: Node\.js 20\.19 or newer is needed, and this is v18\.20\.8 .*\n$/,
    );
  },
);

test('each npm script checks it before it loads what an old Node.js cannot read', async () => {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const entries = Object.entries(scripts).filter(([, command]) => /\bnode /.test(command));
  expect(entries.map(([name]) => name)).toEqual(
    expect.arrayContaining(['start', 'test', 'docs', 'release', 'image', 'image:test']),
  );
  for (const [, command] of entries) expect(command).toMatch(/^node scripts\/check-node\.mjs && /);
});
