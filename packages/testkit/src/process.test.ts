import { expect, test } from 'vitest';
import { runProcess } from './process.js';

function node(code: string, options = {}) {
  return runProcess(process.execPath, ['--input-type=module', '-e', code], options);
}

const TALKS = `
  console.log('plain text');
  console.log(JSON.stringify({ record: 'event.received', n: 1 }));
  console.log(JSON.stringify({ msg: 'ready', env: process.env.GIVEN, path: typeof process.env.HOME }));
  console.error('a warning');
  setInterval(() => {}, 1000);
`;

test('records are found by name and by predicate, and are the JSON lines alone', async () => {
  const talking = node(TALKS, { env: { GIVEN: 'yes', HOME: undefined } });
  expect(await talking.waitFor('ready')).toEqual({ msg: 'ready', env: 'yes', path: 'undefined' });
  expect(await talking.waitFor(({ n }) => n === 1)).toMatchObject({ record: 'event.received' });
  expect(talking.records).toHaveLength(2);
  expect(talking.stdout).toMatch(/^plain text\n/);
});

test('the end of a process is reported with code, signal and output', async () => {
  expect(await node('console.error("bad"); process.exit(3)').exited).toEqual({ code: 3, output: 'bad' });
  const talking = node(TALKS);
  await talking.waitFor('ready');
  talking.kill('SIGKILL');
  expect(await talking.exited).toMatchObject({ signal: 'SIGKILL' });
});

test('waiting for a record ends when the process ends, and says what it printed', async () => {
  await expect(node('console.log("sorry")').waitFor('ready')).rejects.toThrow(
    /ended before the record ready .*\nsorry/,
  );
});

test('a group gets a signal as from a terminal', async () => {
  const code = `
    import { spawn } from 'node:child_process';
    const child = spawn('sleep', ['1000']);
    child.on('exit', (code, signal) => { console.log(JSON.stringify({ msg: 'child', signal })); process.exit(); });
    process.on('SIGINT', () => {});
    console.log(JSON.stringify({ msg: 'ready' }));
  `;
  const parent = node(code);
  await parent.waitFor('ready');
  parent.kill('SIGINT', 'group');
  expect(await parent.waitFor('child')).toMatchObject({ signal: 'SIGINT' });
});
