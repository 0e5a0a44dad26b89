/** Each line of the threat model names a test, and the test is there. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './testing/relay.mjs';

const PAGE = join(ROOT, 'docs/threat-model.md');
const LINK = /\[([^\]\n]+)\]\(([^)\s]+\.test\.(?:ts|mjs))\)/g;

/** Rows of the tables that have a column `shown by`. */
async function rows() {
  const lines = (await readFile(PAGE, 'utf8')).split('\n');
  let isShown = false;
  return lines.filter((line) => {
    if (!line.startsWith('|')) isShown = false;
    const isHead = line.includes('| shown by');
    if (isHead) isShown = true;
    return isShown && !isHead && !/^\|[\s|-]+$/.test(line);
  });
}

test('each line has a test', async () => {
  const all = await rows();
  expect(all.length).toBeGreaterThan(30);
  for (const row of all) expect(row).toMatch(new RegExp(LINK.source));
});

test('each test is there, by its title', async () => {
  const links = [...(await readFile(PAGE, 'utf8')).matchAll(LINK)];
  expect(links.length).toBeGreaterThan(40);
  for (const [, title, file] of links) {
    const text = await readFile(join(dirname(PAGE), file), 'utf8');
    // `test(` or `])(`, and its first argument, on the same line or on the next one.
    const calls = text.replaceAll(/\(\s+/g, '(');
    expect(calls, `${file}: ${title}`).toContain(`('${title}',`);
  }
});
