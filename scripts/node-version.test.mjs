/** The binary says which Node.js it needs before it loads anything that an old one cannot. */
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

test('the binary prints it without a stack, and exits with 1', async () => {
  const old = "data:text/javascript,Object.defineProperty(process, 'version', { value: 'v18.20.8' })";
  const bin = join(ROOT, 'apps/longshore/bin/longshore.js');
  const child = runProcess(process.execPath, ['--import', old, bin, '--version']);
  const { code } = await child.exited;
  expect([code, child.stdout]).toEqual([1, '']);
  expect(child.stderr).toMatch(
    /^longshore: Node\.js 20\.19 or newer is needed, and this is v18\.20\.8 .*\n$/,
  );
});
