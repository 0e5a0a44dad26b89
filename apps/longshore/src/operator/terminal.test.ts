/** The question before something is deleted, which only a terminal gets. */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirmed } from './confirm.js';

/** A stream that counts as a terminal, and what was written to it. */
function terminal() {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
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
    const asked = confirmed('Delete 3?', undefined, '--yes', { input: input.stream, output: output.stream });
    input.stream.push(`${answer}\n`);
    expect(await asked).toBe(expected);
    expect(output.written()).toContain('Delete 3? [y/N] ');
  });

  test('is not asked with --yes', async () => {
    const silent = { input: new PassThrough(), output: new PassThrough() };
    expect(await confirmed('Delete 3?', true, '--yes', silent)).toBe(true);
  });

  test('cannot be asked without a terminal, and nothing is assumed', async () => {
    const output = terminal().stream;
    await expect(
      confirmed('Delete 3?', undefined, '--yes', { input: new PassThrough(), output }),
    ).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('--yes'),
    });
  });
});
