import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { checkExports, namesIn, undocumentedIn } from './check-exports.mjs';

test('this workspace keeps its entry points small and its exports documented', () => {
  expect(checkExports(dirname(dirname(fileURLToPath(import.meta.url))))).toEqual([]);
});

test.each([
  ["export { a, type B } from './a.js';\nexport type { C } from './c.js';\n", 3],
  ["export {\n  a,\n  b as c,\n} from './a.js';\n", 2],
  ['export const a = 1;\nexport async function b() {}\nexport interface C {}\n', 3],
  ['export function a(b: string): void;\nexport function a(): void {}\n', 1],
])('%j exports %i names', (text, count) => {
  expect(namesIn(text)).toHaveLength(count);
});

test('an export of everything is refused', () => {
  expect(() => namesIn("export * from './a.js';\n")).toThrow('write the names');
});

test('an export without a doc comment is refused with its place, and overloads need one comment', () => {
  const text =
    "import 'x';\n\nexport const a = 1;\n\n/** Adds. */\nexport function b(): void;\nexport function b() {}\n";
  expect(undocumentedIn('x.ts', text)).toEqual(['x.ts:3: a has no doc comment']);
});
