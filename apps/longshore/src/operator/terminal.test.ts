/** What only a terminal gets: the question before something is destroyed, and the bar. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirmed } from './confirm.js';
import { openProgress } from './progress.js';
import { facts, fitted } from './text.js';

/** A stream that is a terminal, as far as anybody asks, and what was written to it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  return { stream, written: () => String(stream.read() ?? '') };
}

describe('the question', () => {
  test.each<[string, boolean]>([
    ['y', true],
    ['Yes', true],
    ['', false],
    ['n', false],
    ['yellow', false],
  ])('answered with %j is %s', async (answer, expected) => {
    const [input, output] = [terminal(), terminal()];
    const asked = confirmed('Drop 3?', undefined, '--yes', { input: input.stream, output: output.stream });
    input.stream.push(`${answer}\n`);
    expect(await asked).toBe(expected);
    expect(output.written()).toContain('Drop 3? [y/N] ');
  });

  test('is not asked with --yes', async () => {
    const silent = { input: new PassThrough(), output: new PassThrough() };
    expect(await confirmed('Drop 3?', true, '--yes', silent)).toBe(true);
  });

  test('cannot be asked without a terminal, and nothing is assumed', async () => {
    const output = terminal().stream;
    await expect(
      confirmed('Drop 3?', undefined, '--yes', { input: new PassThrough(), output }),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('--yes'),
    });
  });
});

describe('the progress', () => {
  const progress = { total: 200, looked: 50, done: 48, skipped: 2, holding: [] };

  test('is a bar on a terminal', () => {
    const { stream, written } = terminal();
    const bar = openProgress('retried', { warn() {} }, stream);
    bar.show(progress);
    bar.end();
    expect(written()).toMatch(/25% .*50 of 200 .*48 retried/);
  });

  test('is no bar elsewhere, and says once that it waits', () => {
    const told: string[] = [];
    const stream = new PassThrough();
    const lines = openProgress('retried', { warn: (line) => told.push(line) }, stream);
    lines.show(progress);
    for (let n = 0; n < 3; n++) lines.show({ ...progress, holding: ['one'] });
    lines.end();
    expect(told).toEqual([expect.stringMatching(/waiting: one has enough in its queue/)]);
    expect(stream.read()).toBeNull();
  });
});

test('a text of somebody else acts on no terminal and keeps its columns', () => {
  expect(fitted('a\u001b[2Jb\nc', 20)).not.toContain('\u001b');
  expect(fitted('abcdef', 4)).toBe('abc…');
  expect(fitted('ab', 4, true)).toBe('ab  ');
  expect(
    facts([
      ['one', 1],
      ['three', undefined],
      ['two', 'x'],
    ]),
  ).toEqual(['one  1', 'two  x']);
});
