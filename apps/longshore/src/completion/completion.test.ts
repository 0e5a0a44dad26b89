/** The completion of bash by bash itself; that of the others by their shells where they are, and by their text. */
import { execFileSync } from 'node:child_process';
import { hasTool } from '@longshore/testkit';
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

describe.runIf(hasTool('fish'))('fish', () => {
  let script = '';
  beforeAll(async () => {
    script = (await completionOf('fish')).text;
  });

  test.each<[string, string[]]>([
    ['longshore stat', ['status']],
    ['longshore dead r', ['retry']],
    ['longshore migrate v', ['verify']],
    ['longshore migrate run --rol', []],
    ['longshore status -o ', ['json', 'table', 'wide']],
    ['longshore archive export --o', ['--out']],
  ])('after %j comes %j', (line, expected) => {
    const run = `${script}\ncomplete -C ${JSON.stringify(line)}`;
    const lines = execFileSync('fish', ['-N', '-c', run], { encoding: 'utf8' }).split('\n').filter(Boolean);
    expect(lines.map((each) => each.split('\t')[0])).toEqual(expected);
  });
});

test.runIf(hasTool('zsh'))('zsh takes its script for one', async () => {
  const { text } = await completionOf('zsh');
  execFileSync('zsh', ['-n', '-c', text]);
});

test('the others have each command with its description', async () => {
  const zsh = await completionOf('zsh');
  expect(zsh).toMatchObject({ code: 0, text: expect.stringMatching(/^#compdef longshore\n/) });
  expect(zsh.text).toContain("'status:one line for each endpoint");
  const fish = await completionOf('fish');
  expect(fish.text).toContain(
    "complete -c longshore -n '__longshore_in status' -s o -l output -x -a 'table wide json'",
  );
  expect((await completionOf('tcsh')).code).toBe(2);
});
