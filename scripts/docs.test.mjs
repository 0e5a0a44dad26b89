/** The pages against the tree: what they link to, name or promise has to be there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../packages/event/dist/index.js';
import { anchors, blocks, headings, links, pictures, withoutBlocks } from './testing/markdown.mjs';
import { ROOT } from './testing/relay.mjs';

const read = (path) => readFileSync(join(ROOT, path), 'utf8');

function filesBelow(folder, ending) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file));
}

const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'examples', 'packages', 'apps', 'infra', 'bench'].flatMap((folder) =>
    filesBelow(folder, '.md'),
  ),
].map((path) => ({ path, text: read(path) }));

/** Written by hand, for readers: not the generated reference, whose own tests keep it fresh. */
const PROSE = PAGES.filter(({ path }) => !path.startsWith('docs/reference') && !path.startsWith('docs/adr'));

const RUNBOOKS = PAGES.filter(({ path }) => path.startsWith('docs/runbooks'));

/** Every occurrence of a pattern in the hand-written pages, as `page: match`. */
function named(pattern, pages = PROSE) {
  return pages.flatMap(({ path, text }) => [...text.matchAll(pattern)].map(([, name]) => ({ path, name })));
}

test('every link leads to a file, and to a heading of it', () => {
  const broken = PAGES.flatMap(({ path, text }) =>
    [...links(text), ...pictures(text)]
      .filter(({ target }) => {
        const [file, anchor] = target.split('#');
        const found = file === '' ? join(ROOT, path) : resolve(ROOT, dirname(path), file);
        if (!existsSync(found)) return true;
        return anchor !== undefined && !anchors(readFileSync(found, 'utf8')).includes(anchor);
      })
      .map(({ target }) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

describe('README', () => {
  const readme = read('README.md');

  test('has at most 150 lines, and the first result by line 40', () => {
    const lines = readme.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(150);
    expect(lines.findIndex((line) => line.includes('notification sent'))).toBeLessThan(40);
  });
});

describe('ARCHITECTURE', () => {
  test('prints the tree as it is', () => {
    const { code } = blocks(read('ARCHITECTURE.md')).find((block) => block.code.includes('packages/event'));
    const printed = [...code.matchAll(/^([a-z][\w/-]*) {2,}\S/gm)].map(([, folder]) => folder);
    const inside = ['apps', 'packages'].flatMap((group) =>
      readdirSync(join(ROOT, group))
        .filter((name) => existsSync(join(ROOT, group, name, 'package.json')))
        .map((name) => `${group}/${name}`),
    );
    const other = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[a-z]/.test(entry.name))
      .map(({ name }) => name)
      .filter((name) => !['apps', 'packages', 'node_modules', 'data', 'coverage'].includes(name))
      .filter((name) => readdirSync(join(ROOT, name)).length > 0);
    expect(printed.sort()).toEqual([...inside, ...other].sort());
  });
});

describe('names', () => {
  test('every file of this repository that a page or a message names exists', () => {
    const sources = ['packages', 'apps', 'scripts', 'infra', 'examples']
      .flatMap((folder) => ['.ts', '.tsx', '.mjs', '.yml'].flatMap((ending) => filesBelow(folder, ending)))
      .filter((path) => !/\.test\.|\/testing\/|\/samples\//.test(path))
      .map((path) => ({ path, text: read(path) }));
    const pattern =
      /(?<![\w./-])((?:docs|infra|examples|apps|packages|scripts|reference|runbooks)\/[\w./-]+\.[a-z]{2,4})\b/g;
    const missing = named(pattern, [...PROSE, ...sources]).filter(({ path, name }) => {
      // The recipes make their own files, and what is built is not there before.
      if (/\/(acme|porter|depot|freeze)\//.test(name) || name.includes('/dist/')) return false;
      // Of GitLab's repository.
      if (name.startsWith('docs/spec/')) return false;
      return ![ROOT, join(ROOT, 'docs'), join(ROOT, dirname(path))].some((folder) =>
        existsSync(join(folder, name)),
      );
    });
    expect(missing).toEqual([]);
  });

  test('every metric that a page names exists', () => {
    const known = read('docs/reference/metrics.md');
    const unknown = named(/\b((?:longshore|registry_notifications)_[a-z_]+)\b/g).filter(
      ({ name }) => !known.includes(`\`${name}\``),
    );
    expect(unknown).toEqual([]);
  });

  test('every variable that a page names exists', () => {
    const known = read('docs/reference/configuration.md');
    const others = ['LONGSHORE_CONFIG'];
    const unknown = named(/\b(LONGSHORE_[A-Z_0-9]+)\b/g).filter(
      ({ name }) => !known.includes(`\`${name}\``) && !others.includes(name),
    );
    expect(unknown).toEqual([]);
  });

  test('every setting that a page names exists', () => {
    const page = read('docs/reference/configuration.md');
    const known = page.split(/^## /m).flatMap((section) => {
      const [title = ''] = section.split('\n');
      const keys = [...section.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key]) => key);
      return title === 'Top level' ? keys : keys.map((key) => `${title}.${key}`);
    });
    const sections = [...new Set(known.map((key) => key.split(/[.[]/)[0]))].filter(
      (name) => name !== 'version',
    );
    const pattern = new RegExp(`\`((?:${sections.join('|')})\\.[a-z.]+)`, 'g');
    const unknown = named(pattern)
      .map(({ path, name }) => ({ path, name: name.replace(/\.$/, '') }))
      .filter(({ name }) => !known.some((key) => key === name || key.startsWith(`${name}.`)))
      .filter(({ name }) => !/\.(test\.)?(ts|mjs|md|yml|conf)$/.test(name))
      .filter(({ name }) => !read('docs/reference/records.md').includes(`## \`${name}\``));
    expect(unknown).toEqual([]);
  });

  test('every record that a page names exists', () => {
    const known = read('docs/reference/records.md');
    const unknown = named(/`((?:event|delivery|preheat)\.finished|(?:event|delivery)\.[a-z]+)`/g).filter(
      ({ name }) => !known.includes(`## \`${name}\``),
    );
    expect(unknown).toEqual([]);
  });
});

describe('runbooks', () => {
  test('a page is one of the six words, preheating, the archive, the start or the operation', () => {
    const names = RUNBOOKS.map(({ path }) => basename(path, '.md'));
    const words = ['source', 'event', 'route', 'queue', 'sink', 'record'];
    const allowed = ['README', 'start', ...words, 'preheat', 'archive', 'operate'];
    expect(names.sort()).toEqual(allowed.sort());
  });

  test('every error code has one section', () => {
    const all = RUNBOOKS.flatMap(({ text }) => headings(text));
    const sections = Object.keys(ERRORS).map((code) => [
      code,
      all.filter((heading) => heading.includes(`\`${code}\``)).length,
    ]);
    expect(Object.fromEntries(sections)).toEqual(
      Object.fromEntries(Object.keys(ERRORS).map((code) => [code, 1])),
    );
  });

  test('the words of a log line in a heading are the words of the code', () => {
    const code = [...filesBelow('packages', '.ts'), ...filesBelow('apps', '.ts')].map(read).join('\n');
    const quoted = RUNBOOKS.flatMap(({ path, text }) =>
      headings(text).flatMap((heading) =>
        [...heading.matchAll(/"([^"]+)"/g)].map(([, words]) => ({ path, words })),
      ),
    );
    expect(quoted.length).toBeGreaterThan(10);
    expect(quoted.filter(({ words }) => !code.includes(words))).toEqual([]);
  });
});

describe.each([
  ['docs/guarantees.md', 20],
  ['docs/receivers.md', 15],
])('%s', (page, least) => {
  test('every test that shows something exists', () => {
    const shown = links(read(page)).filter(({ target }) => /\.test\.m?[jt]s$/.test(target));
    expect(shown.length).toBeGreaterThan(least);
    const missing = shown.filter(({ label, target }) => {
      const text = readFileSync(resolve(ROOT, dirname(page), target), 'utf8');
      return !["'", '"', '`'].some((quote) => text.includes(`${quote}${label}${quote}`));
    });
    expect(missing).toEqual([]);
  });
});

describe('guarantees', () => {
  test('each has at least one', () => {
    const sections = read('docs/guarantees.md').split(/^## /m).slice(1);
    const bare = sections
      .filter((section) => !/^Shown by\n\[/m.test(section))
      .map((section) => section.split('\n')[0]);
    expect(bare).toEqual([]);
  });
});

describe('CONTRIBUTING', () => {
  test('what a recipe says to change is where it says', () => {
    const text = withoutBlocks(read('CONTRIBUTING.md'));
    const places = [...text.matchAll(/((?:`\w+`(?:, | and )?)+) in \[`[^`]+`\]\(([^)]+)\)/g)];
    expect(places.length).toBeGreaterThan(8);
    const missing = places.flatMap(([, names, file]) =>
      [...names.matchAll(/`(\w+)`/g)]
        .map(([, name]) => name)
        .filter((name) => !new RegExp(`\\b${name}\\b`).test(read(file)))
        .map((name) => `${name} in ${file}`),
    );
    expect(missing).toEqual([]);
  });
});
