/**
 * The recipes of CONTRIBUTING.md, carried out in a copy of the tree: a new kind of source, a new setting and a new
 * error are built, documented and pass the tests that the recipes name.
 */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { blocks } from './testing/markdown.mjs';
import { ROOT, temporaryFolder } from './testing/relay.mjs';

const run = promisify(execFile);

/** The packages' own node_modules are links within the tree, so in the copy they lead to the copy. */
async function copyOfTheTree() {
  const copy = await temporaryFolder();
  for (const name of ['packages', 'apps', 'scripts', 'docs', 'package.json', 'tsconfig.base.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function change(file, from, to) {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

async function addSource(copy) {
  const recipe = blocks(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8'));
  const files = recipe
    .map(({ info, code }) => ({ path: info.split(' ')[1], code }))
    .filter(({ path }) => path);
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const { path, code } of files) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), path.endsWith('.http') ? code.trimEnd() : code);
  }
  const kinds = join(copy, 'packages/sources/src/kinds/index.ts');
  change(
    kinds,
    "from './distribution/index.js';",
    "from './distribution/index.js';\nimport { acme } from './acme/index.js';",
  );
  change(kinds, 'KINDS: readonly Kind[] = [', 'KINDS: readonly Kind[] = [acme, ');
}

function addSetting(copy) {
  const schema = join(copy, 'packages/config/src/schema.ts');
  change(
    schema,
    '    datadir: setting(',
    "    motto: setting(text(), 'What it says.', 'ahoy'),\n    datadir: setting(",
  );
  change(
    join(copy, 'docs/reference/longshore.example.yml'),
    'datadir: ./data',
    'motto: ahoy\ndatadir: ./data',
  );
}

function addError(copy) {
  const row = "help: 'Wait for the tide.', expose: false, retry: true";
  change(
    join(copy, 'packages/event/src/errors.ts'),
    'const rows = {',
    `const rows = {\n  TIDE_OUT: { ${row} },`,
  );
}

async function vitest(copy, ...files) {
  const config = join(copy, 'vitest.config.mjs');
  writeFileSync(config, "export default { test: { include: ['packages/*/src/**/*.test.ts'] } };\n");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const bin = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  await run(process.execPath, [bin, 'run', '--root', copy, '--config', config, ...files], { env });
}

test('what is added as the recipes say is documented and passes the tests that they name', {
  timeout: 600_000,
}, async () => {
  const copy = await copyOfTheTree();
  await addSource(copy);
  addSetting(copy);
  addError(copy);
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b', 'packages/config', 'packages/observe'], {
    cwd: copy,
  });
  await run(process.execPath, ['scripts/gen-reference.mjs'], { cwd: copy });

  const page = readFileSync(join(copy, 'docs/reference/configuration.md'), 'utf8');
  expect(page).toMatch(/^\| `kind` \| .*acme.*Which format it sends/m);
  expect(page).toContain('| `motto` | text | `ahoy` | `LONGSHORE_MOTTO` | What it says. |');
  await vitest(
    copy,
    'packages/sources/src/acme',
    'packages/sources/src/kinds',
    'packages/config/src/reference',
  );
});
