import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { identify, isAlive, startFromPs, thisPlace } from './process-identity.js';

test('a live process is recognized, the same pid with another start is not', async () => {
  const self = await identify(process.pid);
  if (!self) throw new Error('no identity');
  expect(await isAlive(self)).toBe(true);
  expect(await isAlive({ ...self, start: `${self.start}1` })).toBe(false);
});

test('a process that ended has no identity', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(await identify(child.pid ?? -1)).toBeUndefined();
});

test('a zombie has no identity', async () => {
  // The shell prints the pid of its child and becomes a program that never waits for it. The child ends when it is
  // signalled, after that: the shell itself would wait.
  const script = 'read -r end <&3 & echo $!; exec sleep 100 3<&-';
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [pid] = await once(parent.stdout?.setEncoding('utf8') ?? parent, 'data');
  await expect.poll(() => readFile(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n');
  (parent.stdio[3] as Writable).end('end\n');
  await expect.poll(() => readFile(`/proc/${Number(pid)}/stat`, 'utf8')).toContain(') Z ');
  expect(await identify(Number(pid))).toBeUndefined();
  expect(await startFromPs(Number(pid))).toBeUndefined();
});

test('without /proc, ps gives the same answer twice', async () => {
  const start = await startFromPs(process.pid);
  expect(start).toMatch(/\d{4}$/);
  expect(await startFromPs(process.pid)).toBe(start);
  expect(await startFromPs(2 ** 30)).toBeUndefined();
});

test('the place is the same for every process here', async () => {
  expect(await thisPlace()).toBe(await thisPlace());
});
