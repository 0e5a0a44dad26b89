/**
 * The recipes of CONTRIBUTING.md, carried out in a copy of the tree: a new kind of source, a new setting and a new
 * error are built, documented and pass the tests that the recipes name. The source is one folder and one line, and
 * requests are posted to it.
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

/** The line of the recipe's second step. */
const LINE = /`(\(await import\('\.\/acme\/index\.js'\)\)\.acme,)`/;

async function addSource(copy) {
  const markdown = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const files = blocks(markdown)
    .map(({ info, code }) => ({ path: info.split(' ')[1], code }))
    .filter(({ path }) => path);
  expect(files.length).toBeGreaterThanOrEqual(5);
  for (const { path, code } of files) {
    expect(path).toMatch(/^packages\/sources\/src\/kinds\/acme\//);
    await mkdir(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), path.endsWith('.http') ? code.trimEnd() : code);
  }
  const [, line] = LINE.exec(markdown) ?? [];
  const kinds = join(copy, 'packages/sources/src/kinds/index.ts');
  change(kinds, 'KINDS: readonly Kind[] = [\n', `KINDS: readonly Kind[] = [\n  ${line}\n`);
  writeFileSync(join(copy, 'apps/ingest/src/acme.test.ts'), POSTS);
}

/** Posts to the new source. The event's name is in a header only, so reading a request again needs that header. */
const POSTS = `
import { createSources } from '@longshore/sources';
import { expect, test } from 'vitest';
import { endpoints } from './testing/events.js';
import { startIngest } from './testing/ingest.js';

const sources = [{ name: 'acme', kind: 'acme' }];
const headers = { 'content-type': 'application/json', 'x-acme-event': 'deleted', 'x-acme-key': 's3cret' };

test('an event is accepted, and one that cannot be read is kept with the header that names it', async () => {
  const ingest = await startIngest({ ...endpoints('one'), sources });
  const post = (body) => ingest.post(body, { path: '/sources/acme', headers });
  expect(await post({ image: 'team/api' })).toMatchObject({ status: 202, json: { accepted: 1, enqueued: 1 } });
  expect(await post({ image: 7 })).toMatchObject({ status: 202, json: { reason: 'image is not text' } });
  const [kept] = await ingest.quarantine.list();
  expect(JSON.stringify(kept)).not.toContain('s3cret');
  const raw = { method: 'POST', path: '/', headers: kept.headers, body: Buffer.from('{"image":"team/api"}'), receivedAt: 1 };
  const [taken] = createSources({ sources }).reopen('acme', raw).taken;
  expect(taken.event).toMatchObject({ action: 'delete', nativeType: 'deleted' });
});
`;

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
  const globalSetup = ['packages/testkit/src/shared-redis.ts'];
  const test = { include: ['{packages,apps}/*/src/**/*.test.ts'], globalSetup, testTimeout: 60_000 };
  writeFileSync(config, `export default ${JSON.stringify({ test })};\n`);
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
  const built = ['packages/testkit', 'packages/observe', 'apps/ingest'];
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b', ...built], { cwd: copy });
  await run(process.execPath, ['scripts/gen-reference.mjs'], { cwd: copy });

  const page = readFileSync(join(copy, 'docs/reference/configuration.md'), 'utf8');
  expect(page).toMatch(/^\| `kind` \| .*acme.*Which format it sends/m);
  expect(page).toContain('| `motto` | text | `ahoy` | `LONGSHORE_MOTTO` | What it says. |');
  await vitest(
    copy,
    'packages/sources/src/kinds/acme',
    'packages/sources/src/kinds/index',
    'packages/config/src/reference',
    'apps/ingest/src/acme',
    'apps/ingest/src/spool/request',
  );
});
