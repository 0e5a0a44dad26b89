/**
 * The recipes of CONTRIBUTING.md, carried out in a copy of the tree: a new kind of source, a new format, a new preheat
 * target, a new operator action, a new setting and a new error are built, documented and pass the tests that the recipes
 * name. The first four are one folder and one line each; requests are posted to the source, the format is delivered to a
 * receiver, the target warms an image, and the action is used by its command, its route and its button.
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
  for (const name of ['packages', 'apps', 'scripts', 'docs', 'infra', 'package.json', 'tsconfig.base.json']) {
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

const MARKDOWN = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const FILES = blocks(MARKDOWN)
  .map(({ info, code }) => ({ path: info.split(' ')[1], code }))
  .filter(({ path }) => path);

/** The folder of a recipe, and its one line at the head of a list. */
async function addFolderAndLine(copy, folder, { list, head, line }) {
  const files = FILES.filter(({ path }) => path.startsWith(`${folder}/`));
  for (const { path, code } of files) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), path.endsWith('.http') ? code.trimEnd() : code);
  }
  const [, written] = line.exec(MARKDOWN) ?? [];
  change(join(copy, list), head, `${head}  ${written}\n`);
  return files.length;
}

async function addSource(copy) {
  const count = await addFolderAndLine(copy, 'packages/sources/src/kinds/acme', {
    list: 'packages/sources/src/kinds/index.ts',
    head: 'KINDS: readonly Kind[] = [\n',
    line: /`(\(await import\('\.\/acme\/index\.js'\)\)\.acme,)`/,
  });
  writeFileSync(join(copy, 'apps/ingest/src/acme.test.ts'), POSTS);
  return count;
}

async function addFormat(copy) {
  const count = await addFolderAndLine(copy, 'packages/formats/src/porter', {
    list: 'packages/formats/src/registry.ts',
    head: 'FORMATS: readonly Format[] = [\n',
    line: /`(\(await import\('\.\/porter\/index\.js'\)\)\.porter,)`/,
  });
  writeFileSync(join(copy, 'apps/worker/src/porter.test.ts'), DELIVERS);
  return count;
}

async function addTarget(copy) {
  const count = await addFolderAndLine(copy, 'packages/sinks/src/preheat/targets/depot', {
    list: 'packages/sinks/src/preheat/targets/kinds.ts',
    head: 'export const TARGETS = {\n',
    line: /`(depot: kind\(.*\),)`/,
  });
  writeFileSync(join(copy, 'apps/worker/src/depot.test.ts'), WARMS);
  return count;
}

/** Warms an image with the new target, as a configuration with it says. */
const WARMS = `
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@longshore/config';
import { startReceiver } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { preheatOnce } from './preheat-once.js';
import { observed } from './testing/parts.js';

const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const part = { digest: 'sha256:' + 'a'.repeat(64), size: 2 };
const config = { ...part, mediaType: 'application/vnd.oci.image.config.v1+json' };
const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [] });

const read = (target, env) => {
  const registry = { url: 'http://registry' };
  const endpoint = { name: 'warm', kind: 'preheat', preheat: { registry, targets: [{ name: 'd', kind: 'depot', ...target }] } };
  const file = join(mkdtempSync(join(tmpdir(), 'depot-')), 'longshore.yml');
  writeFileSync(file, JSON.stringify({ version: 0.1, notifications: { endpoints: [endpoint] } }));
  return readConfig(file, env);
};

test('a file can have the target, and an image is warmed with it', async () => {
  const registry = await startReceiver({ headers: { 'content-type': mediaType }, body: manifest });
  const depot = await startReceiver();
  const prefix = 'LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_PREHEAT_';
  const { config } = read({ url: depot.url }, { [prefix + 'REGISTRY_URL']: registry.url, [prefix + 'TARGETS_0_PREFIX']: 'mirror/' });
  const run = await preheatOnce({
    config, endpoint: config.notifications.endpoints[0], image: { repository: 'team/api', tag: '1.0' },
    dryrun: false, observer: observed().observer, version: '0', signal: new AbortController().signal,
    onProgress() {}, onWait() {},
  });
  expect(run).toMatchObject({ result: 'succeeded' });
  expect(depot.requests.map((request) => request.json())).toEqual([{ image: expect.stringMatching(/^mirror\\/team\\/api@sha256:/) }]);
});

test('a key that only other kinds have is refused by naming them', () => {
  expect(read({ url: 'http://d', namespace: 'n' }, {}).problems).toMatchObject([
    { level: 'error', message: expect.stringContaining('is not a setting of kind depot, but of kruise') },
  ]);
});
`;

async function addAction(copy) {
  const count = await addFolderAndLine(copy, 'packages/operator/src/actions/freeze', {
    list: 'packages/operator/src/actions/index.ts',
    head: 'ACTIONS: readonly Action[] = [\n',
    line: /`(\(await import\('\.\/freeze\/index\.js'\)\)\.freeze,)`/,
  });
  writeFileSync(join(copy, 'apps/dashboard/src/freeze.test.ts'), FREEZES);
  return count;
}

/** Uses the new action by its route and by the button on the endpoint's page. */
const FREEZES = `
import { expect, test } from 'vitest';
import { endpoints, startDashboard } from './testing/dashboard.js';

test('the action has a route, is in the OpenAPI document, and has a button while it is offered', async () => {
  const dashboard = await startDashboard(endpoints('one', 'two'));
  const text = async (path) => (await dashboard.get(path)).text();
  expect(await text('/endpoints/two')).toMatch(/action="[^"]*two\\/freeze"[^]*number of the change[^]*name="change"/);
  const answer = await dashboard.post('/endpoints/one/freeze', { change: 'CHG-7' });
  expect(await answer.json()).toMatchObject({ name: 'one', pause: { reason: 'change CHG-7' } });
  expect(await text('/endpoints/one')).not.toContain('/freeze"');
  const form = { method: 'POST', body: new URLSearchParams({ change: 'CHG-8' }), redirect: 'manual' };
  expect((await fetch(dashboard.url + '/endpoints/two/freeze', form)).status).toBe(303);
  expect(await text('/endpoints/two')).toContain('change CHG-8');
  expect(JSON.parse(await text('/api/v1/openapi.json')).paths).toHaveProperty(['/endpoints/{name}/freeze', 'post']);
});
`;

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

/** Delivers by the new format, as a configuration with it says. */
const DELIVERS = `
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@longshore/config';
import { startReceiver } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { prepareEndpoint } from './prepared.js';
import { aDelivery, nothingOfItsOwn, observed } from './testing/parts.js';

test('an endpoint with the format delivers it, and ignores what lacks something', async () => {
  const receiver = await startReceiver();
  const endpoint = { name: 'one', url: receiver.url, format: 'porter' };
  const file = join(mkdtempSync(join(tmpdir(), 'porter-')), 'longshore.yml');
  writeFileSync(file, JSON.stringify({ version: 0.1, notifications: { endpoints: [endpoint] } }));
  const { config } = readConfig(file, {});
  const [one] = config.notifications.endpoints;
  const parts = { ...nothingOfItsOwn, observer: observed().observer, version: '0', client: {}, report: {} };
  const { ignores, sink } = prepareEndpoint(one, config, () => config, parts).open();
  onTestFinished(() => sink.close());
  const [untagged, tagged] = [aDelivery(), aDelivery()];
  tagged.view.tag = '1.4.2';
  expect([ignores(untagged), ignores(tagged)]).toEqual(['format', undefined]);
  await sink.send([tagged], { number: 1, signal: new AbortController().signal });
  expect(receiver.requests.map((request) => request.json())).toEqual([{ image: 'acme/app', tag: '1.4.2' }]);
  expect(receiver.requests[0].headers['content-type']).toBe('application/json');
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
  writeFileSync(join(copy, 'packages/config/src/motto.test.ts'), SAYS);
}

/** Sets the new setting in each way. */
const SAYS = `
import { expect, test } from 'vitest';
import { configFrom } from './read.js';

test.each([
  ['', {}, 'ahoy'],
  ['motto: land', {}, 'land'],
  ['motto: land', { LONGSHORE_MOTTO: 'fog' }, 'fog'],
])('%s and %j say %s', (text, env, said) => {
  expect(configFrom(Buffer.from(text), env).config?.motto).toBe(said);
});
`;

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
  const include = ['{packages,apps}/*/src/**/*.test.ts'];
  // One process for all files, and what is built as it is.
  const test = { include, globalSetup, testTimeout: 60_000, isolate: false, maxWorkers: 1 };
  const settings = `{ ...${JSON.stringify(test)}, server: { deps: { external: [/\\/dist\\//] } } }`;
  writeFileSync(config, `export default { test: ${settings} };\n`);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const bin = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [bin, 'run', '--root', copy, '--config', config, ...files];
  const { stdout } = await run(process.execPath, args, { env: { ...env, NO_COLOR: '1' } });
  for (const file of files) expect(stdout).toContain(file);
}

test('what is added as the recipes say is documented and passes the tests that they name', {
  timeout: 1_800_000,
}, async () => {
  const copy = await copyOfTheTree();
  const counts = [await addSource(copy), await addFormat(copy), await addTarget(copy), await addAction(copy)];
  const count = counts.reduce((sum, files) => sum + files);
  // No file of a recipe is outside of its folder.
  expect(count).toBe(FILES.length);
  addSetting(copy);
  addError(copy);
  const built = ['packages/testkit', 'apps/longshore'];
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-b', ...built], { cwd: copy });
  await run(process.execPath, ['scripts/gen-reference.mjs'], { cwd: copy });

  const page = readFileSync(join(copy, 'docs/reference/configuration.md'), 'utf8');
  expect(page).toMatch(/^\| `kind` \| .*acme.*Which format it sends/m);
  expect(page).toMatch(
    /^\| `format` \| .*porter.*`porter`: image and tag, for the deploy hooks of Porter\./m,
  );
  expect(page).toMatch(/^\| `url` \| .*depot: Base url of the depot\./m);
  expect(page).toContain('| `motto` | text | `ahoy` | `LONGSHORE_MOTTO` | What it says. |');
  const command = join(copy, 'apps/longshore/bin/longshore.js');
  const { stdout } = await run(process.execPath, [command, 'freeze', '--help']);
  expect(stdout).toMatch(
    /--change <text> +number of the change[\s\S]*\$ longshore freeze alistener --change CHG-7/,
  );
  await vitest(
    copy,
    'packages/operator/src/actions/freeze',
    'apps/dashboard/src/freeze',
    'packages/sources/src/kinds/acme',
    'packages/sources/src/kinds/index',
    'packages/formats/src/porter',
    'packages/formats/src/registry',
    'packages/config/src/reference',
    'packages/config/src/motto',
    'packages/sinks/src/preheat/targets/depot',
    'packages/sinks/src/preheat/targets/kinds',
    'apps/worker/src/depot',
    'apps/ingest/src/acme',
    'packages/spool/src/request',
    'apps/worker/src/porter',
  );
});
