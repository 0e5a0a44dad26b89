import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkEnglish, findings } from './check-english.mjs';

test('this repository is clean', () => {
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
