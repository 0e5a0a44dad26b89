/** The completion of bash by bash itself; that of the others by their text, since they are not everywhere. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { main } from '../main.js';
import { thisProcess } from '../shell.js';

async function completionOf(shell: string): Promise<{ text: string; code: number }> {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const stdout = { isTTY: false, columns: 80, write };
  const code = await main(['completion', shell], { ...thisProcess(), stdout: stdout as never });
  return { text, code };
}

describe('bash', () => {
  let script = '';
  beforeAll(async () => {
    script = (await completionOf('bash')).text;
  });
  const completed = (...words: string[]): string[] => {
    const call = `COMP_WORDS=(${['longshore', ...words].map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
    const run = `${script}\n${call}; _longshore; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', run], { encoding: 'utf8' }).split('\n').filter(Boolean);
  };

  test.each<[string[], string[]]>([
    [['stat'], ['status']],
    [['dead', 'r'], ['retry']],
    [['migrate', 'v'], ['verify']],
    [['status', '--output', 'w'], ['wide']],
    [
      ['status', '-o', ''],
      ['table', 'wide', 'json'],
    ],
    [['archive', 'ex'], ['export']],
    [['archive', 'export', '--o'], ['--out']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '-h', '--help'],
    ],
    [['dead', 'list', '--since', ''], []],
  ])('after %j comes %j', (words, expected) => expect(completed(...words)).toEqual(expected));

  test('a configuration is a file', () => {
    expect(completed('status', '--config', '/etc/host')).toContain('/etc/hosts');
  });
});

test('the others have each command with its description', async () => {
  const zsh = await completionOf('zsh');
  expect(zsh).toMatchObject({ code: 0, text: expect.stringMatching(/^#compdef longshore\n/) });
  expect(zsh.text).toContain("'status:one line for each endpoint");
  const fish = await completionOf('fish');
  expect(fish.text).toContain(
    "complete -c longshore -n '__fish_seen_subcommand_from status' -s o -l output -x -a 'table wide json'",
  );
  expect((await completionOf('tcsh')).code).toBe(2);
});
