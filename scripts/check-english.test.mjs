import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkEnglish, findings, NOT_CLEAN_YET, withoutComments } from './check-english.mjs';

test('this repository is clean, apart from the rooms that are listed', () => {
  expect(checkEnglish(dirname(dirname(fileURLToPath(import.meta.url))))).toEqual([]);
});

test.each([
  ['README.md', 'One\nIt is told.\n', 'README.md:2: "told": write reported, notified, printed, said'],
  ['a/b/c.ts', "log('It mends that');\n", 'a/b/c.ts:1: "mends": write fixes'],
  [
    'a/b/c.tsx',
    'const x = <p>It goes on.</p>;\n',
    'a/b/c.tsx:1: "goes on": write continues, keeps running, resumes',
  ],
  ['a/b/c.ts', '/** Retries for\n * ever. */\n', 'a/b/c.ts:1: "for ever": write forever, without a limit'],
  ['a/b/c.ts', 'const notTold = 1;\n', 'a/b/c.ts:1: "told": write reported, notified, printed, said'],
  ['a/b/c.ts', 'const MAX_PATIENCE = 1;\n', 'a/b/c.ts:1: "patience": write timeout'],
  [
    'infra/a.yml',
    'a: 1 # whoever\n',
    'infra/a.yml:1: "whoever": write anyone who, or the person or program meant',
  ],
])('%s: %j is refused with its place and a replacement', (file, text, line) => {
  expect(findings(file, text)).toEqual([line]);
});

test.each([
  ['a/b/c.ts', "const recommended = 'toldest amended';\n"],
  ['a/b/c.ts', "// english: allow told, the vendor's own field name\nconst told = 1;\n"],
  ['a.md', '<!-- english: allow nobody, quoted from a manual -->\nnobody\n'],
])('%s: %j is fine', (file, text) => {
  expect(findings(file, text)).toEqual([]);
});

test('an exception needs a reason, and is for its own word', () => {
  expect(findings('a/b/c.ts', '// english: allow told\nconst told = 1;\n')).toHaveLength(2);
  expect(findings('a/b/c.ts', '// english: allow told, a field name\nconst anew = 1;\n')).toHaveLength(1);
});

test('a room that is not clean yet is skipped whole, or in its comments', () => {
  const text = "// anew\nlog('mend', /\\/*'/, `//`); // nobody\n";
  expect(findings('apps/a/b.ts', text, { 'apps/a': 'all' })).toEqual([]);
  expect(findings('apps/a/b.ts', text, { 'apps/a': 'comments' })).toEqual([
    'apps/a/b.ts:2: "mend": write fix',
  ]);
  expect(findings('apps/a/b.ts', text)).toHaveLength(3);
  expect(findings('apps/a/README.md', 'anew', { 'apps/a': 'all' })).toHaveLength(1);
  expect(Object.values(NOT_CLEAN_YET).every((skipped) => ['all', 'comments'].includes(skipped))).toBe(true);
});

test('comments are found beside strings, templates and expressions that resemble them', () => {
  const code = "a('//x'); b(`/* c */`); d = /[/*]'/; // gone\n/* gone */ e;";
  expect(withoutComments(code)).toBe(`${code.slice(0, 37)}       \n           e;`);
});
