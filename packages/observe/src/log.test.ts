/** Lines to a real stdout, of a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isPretty } from './log.js';

/** A process with an observer `o` of the built package. */
function start(options: object, script: string) {
  const source = `
    import { createObserver } from '@longshore/observe';
    const o = createObserver({ level: 'info', version: '1.2.3', pretty: false, ...${JSON.stringify(options)} });
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { cwd: import.meta.dirname });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? -1)));
  return { child, exit };
}

/** What it wrote, and its exit code. */
async function run(options: object, script: string): Promise<{ lines: string[]; code: number }> {
  const { child, exit } = start(options, script);
  const written = await text(child.stdout);
  return { lines: written.split('\n').filter((line) => line !== ''), code: await exit };
}

const MANY = 20_000;
const writeMany = `for (let n = 0; n < ${MANY}; n++) o.log.info({ n }, 'a line');`;
const numbers = Array.from({ length: MANY }, (_, n) => n);

test.each([
  ['after a flush', `${writeMany} await o.flush(); process.exit(3);`, 3],
  ['without one', `${writeMany} process.exit(3);`, 3],
  ['when the process simply ends', writeMany, 0],
])('no line is lost at exit %s', async (_, script, expected) => {
  const { lines, code } = await run({}, script);
  expect(code).toBe(expected);
  expect(lines.map((line) => JSON.parse(line).n)).toEqual(numbers);
});

test('what is written before a process is killed is not lost', async () => {
  const script = `${writeMany} await o.written(); o.log.info({}, 'more'); process.kill(process.pid, 'SIGKILL');`;
  const { lines } = await run({}, script);
  expect(lines.slice(0, MANY).map((line) => JSON.parse(line).n)).toEqual(numbers);
});

test('a flush with nothing to write, and a second one, resolve', async () => {
  const { lines, code } = await run(
    {},
    "await o.flush(); o.log.info({}, 'one'); await o.flush(); await o.flush();",
  );
  expect([lines.length, code]).toEqual([1, 0]);
});

test('the last line of a burst is written, though a slow reader held up the one before', async () => {
  // More than a pipe holds: its write is under way until somebody reads. Nothing is logged after these two.
  const script = `
    o.log.info({ text: 'x'.repeat(2 ** 20) }, 'a long line');
    o.log.info({}, 'the last line');
    setTimeout(() => process.stderr.write('waited'), 200);
    setInterval(() => {}, 60_000);`;
  const { child } = start({}, script);
  child.stdout.pause();
  await once(child.stderr, 'data');
  let seen = '';
  child.stdout.on('data', (chunk) => {
    seen += chunk;
  });
  child.stdout.resume();
  await vi.waitFor(() => expect(seen.slice(-200)).toContain('the last line'), { timeout: 90_000 });
});

test('lines for people are not lost either, and have no colours in a pipe', async () => {
  const { lines } = await run({ pretty: true }, `${writeMany} process.exit(0);`);
  expect(lines).toHaveLength(MANY);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (UTC|[+-]\d\d:\d\d) a line \{"n":0\}$/);
});

test.each([
  ['auto', true, true],
  ['auto', false, false],
  [true, false, true],
  [false, true, false],
] as const)('with pretty %s and a terminal: %s, lines for people: %s', (pretty, terminal, forPeople) =>
  expect(isPretty(pretty, terminal)).toBe(forPeople),
);

test('by itself a pipe gets JSON', async () => {
  const { lines } = await run({ pretty: 'auto' }, "o.log.info({}, 'a line');");
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['a line']);
});

test('a warning has no stack, an error of ours has', async () => {
  const script = `const err = new Error('Redis is unavailable'); o.log.warn({ err }, 'one'); o.log.error({ err }, 'two');`;
  const { lines } = await run({}, script);
  const [warning, error] = lines.map((line) => JSON.parse(line).err);
  expect(warning).toEqual({ name: 'Error', message: 'Redis is unavailable' });
  expect(error.stack).toContain('Redis is unavailable');
});

test('a reader that goes away ends the lines, not the process', async () => {
  const script = `process.stdin.once('data', async () => { ${writeMany} await o.flush(); process.exit(5); });`;
  const { child, exit } = start({}, script);
  child.stdout.destroy();
  child.stdin.write('go\n');
  expect(await exit).toBe(5);
});

test('with a reader that does not read, lines beyond the backlog are counted, and a flush gives up', async () => {
  const script = `
    for (let n = 0; n < 80; n++) o.log.info({ text: 'x'.repeat(2 ** 20) }, 'a long line');
    await o.flush();
    const { body } = await o.metrics();
    console.error(/^longshore_log_lines_dropped_total (\\d+)/m.exec(body)[1]);`;
  const { child } = start({}, script);
  child.stdout.pause();
  const [count] = await once(child.stderr, 'data');
  expect(Number(count)).toBeGreaterThan(10);
  expect(Number(count)).toBeLessThan(80);
});
