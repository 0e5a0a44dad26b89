/**
 * Refuses an export of production source without a doc comment, and an entry point of a package with more than
 * twelve names (types included): what others may use is small and described.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAX_NAMES = 12;

/** Entry points with more names, and why. `event` is the vocabulary that every package shares. */
const LARGE = new Set([
  '@longshore/event',
  '@longshore/testkit',
  '@longshore/config',
  '@longshore/registry-client',
  '@longshore/settings',
  '@longshore/settings/secrets',
  '@longshore/sinks',
]);

/** Not read yet. */
const UNREAD = /^packages\/testkit\//;

const EXPORTED =
  /^export (?:default )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/;

/** All findings in the workspace at `root`, one line each. */
export function checkExports(root) {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).flatMap((name) => {
      const folder = join(root, group, name);
      if (!existsSync(join(folder, 'package.json'))) return [];
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return [...largeEntryPoints(folder, manifest), ...undocumented(root, join(folder, 'src'))];
    }),
  );
}

function largeEntryPoints(folder, { name, exports = {} }) {
  return Object.entries(exports).flatMap(([path, { default: built }]) => {
    const source = join(folder, built.replace('dist', 'src').replace(/\.js$/, '.ts'));
    const entry = name + path.slice(1);
    const count = namesIn(readFileSync(source, 'utf8')).length;
    if (count <= MAX_NAMES || LARGE.has(entry)) return [];
    return [`${entry}: ${count} names, and ${MAX_NAMES} are allowed: split it by subject`];
  });
}

/** What a module exports. @throws Error for `export *`, which hides its names */
export function namesIn(text) {
  if (/^export \*/m.test(text)) throw new Error('write the names of an export *');
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(',').filter((name) => name.trim() !== ''),
  );
  const declared = text.split('\n').flatMap((line) => EXPORTED.exec(line)?.[1] ?? []);
  return [...lists, ...new Set(declared)];
}

function undocumented(root, folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.d)\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !UNREAD.test(file) && !file.includes('/testing/'))
    .sort()
    .flatMap((file) => undocumentedIn(file, readFileSync(join(root, file), 'utf8')));
}

/** The exports without a doc comment in one file; of overloads the first has it. */
export function undocumentedIn(file, text) {
  const seen = new Set();
  const lines = text.split('\n');
  return lines.flatMap((line, at) => {
    const name = EXPORTED.exec(line)?.[1];
    if (name === undefined || seen.has(name)) return [];
    seen.add(name);
    let above = at - 1;
    while (lines[above]?.startsWith('//')) above--;
    return lines[above]?.trimEnd().endsWith('*/') ? [] : [`${file}:${at + 1}: ${name} has no doc comment`];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = checkExports(fileURLToPath(new URL('..', import.meta.url)));
  for (const line of found) console.error(line);
  process.exit(found.length > 0 ? 1 : 0);
}
