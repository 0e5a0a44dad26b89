/** What the supply-chain check refuses: each fault is made, and found. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { auditFaults } from './supply/audit.mjs';
import { installScriptFaults } from './supply/install-scripts.mjs';
import { isAllowed, licenseFaults } from './supply/licenses.mjs';
import { installedPackages, licenseOf, productionPackages } from './supply/packages.mjs';
import { sbom } from './supply/sbom.mjs';
import { ROOT, temporaryFolder } from './testing/relay.mjs';

const { packageManager } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

/** One package, as `productionPackages` and `installedPackages` have it. */
const one = (manifest, folder = '/nowhere') => ({
  packages: [{ key: 'left-pad@1.0.0', name: 'left-pad', version: '1.0.0', dependencies: [] }],
  installed: new Map([
    ['left-pad@1.0.0', { manifest: { name: 'left-pad', version: '1.0.0', ...manifest }, folder }],
  ]),
});

describe('licences', () => {
  test.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['(MIT AND BSD-3-Clause)', true],
    ['GPL-3.0', false],
    ['(MIT AND GPL-3.0)', false],
    ['SEE LICENSE IN LICENSE', false],
    ['', false],
    [undefined, false],
  ])('%j: %s', (license, expected) => {
    expect(isAllowed(license)).toBe(expected);
    const { packages, installed } = one({ license });
    expect(licenseFaults(packages, installed)).toHaveLength(expected ? 0 : 1);
  });

  test('older forms are read, and a package for another platform, which is not installed, is passed over', () => {
    expect(licenseOf({ license: { type: 'MIT', url: 'x' } })).toBe('MIT');
    expect(licenseOf({ licenses: [{ type: 'MIT' }, { type: 'ISC' }] })).toBe('MIT OR ISC');
    expect(licenseFaults(one({}).packages, new Map())).toEqual([]);
  });
});

describe('install scripts', () => {
  test('one that is not listed is a fault; a listed one is not', () => {
    for (const script of ['preinstall', 'install', 'postinstall']) {
      const { installed } = one({ scripts: { [script]: 'node evil.js' } });
      expect(installScriptFaults(installed, {})).toEqual([expect.stringContaining('left-pad@1.0.0')]);
      expect(installScriptFaults(installed, { 'left-pad': false })).toEqual([]);
    }
    expect(installScriptFaults(one({ scripts: { test: 'x' } }).installed, {})).toEqual([]);
  });

  test('native code without a script of its own is one too', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'binding.gyp'), '{}');
    expect(installScriptFaults(one({}, folder).installed, {})).toHaveLength(1);
  });
});

describe('vulnerabilities', () => {
  /** A registry that knows these advisories, and a project with one dependency. */
  async function audited(answer) {
    const server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        response.writeHead(answer === undefined ? 405 : 200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer ?? {}));
      });
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close());
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'a', dependencies: { koa: '3.3.0' } }),
    );
    const koa = { specifier: '3.3.0', version: '3.3.0' };
    const lock = {
      lockfileVersion: '9.0',
      importers: { '.': { dependencies: { koa } } },
      packages: { 'koa@3.3.0': { resolution: { integrity: 'sha512-AAAA' } } },
      snapshots: { 'koa@3.3.0': {} },
    };
    // JSON is YAML.
    await writeFile(join(folder, 'pnpm-lock.yaml'), JSON.stringify(lock));
    return auditFaults(folder, packageManager, [`--registry=http://127.0.0.1:${server.address().port}`]);
  }
  const advisory = (severity) => ({
    koa: [
      {
        id: 1,
        url: 'https://example.com/1',
        title: 'it leaks',
        severity,
        vulnerable_versions: '<4.0.0',
        cwe: [],
        cvss: { score: 9, vectorString: null },
      },
    ],
  });

  test('one of severity high is a fault', async () => {
    const { faults } = await audited(advisory('high'));
    expect(faults).toEqual([expect.stringMatching(/^koa: high: it leaks/)]);
  });

  test('a lower one is none', async () => {
    expect(await audited(advisory('moderate'))).toEqual({ faults: [] });
  });

  test('a registry that does not answer is none, and is said', async () => {
    expect(await audited(undefined)).toEqual({
      faults: [],
      unanswered: expect.stringMatching(/405|no answer/),
    });
  });
});

describe('the bill of materials', () => {
  test('has each production package with version, licence and hash, and what it depends on', async () => {
    const [packages, installed] = await Promise.all([productionPackages(ROOT), installedPackages(ROOT)]);
    const bom = sbom(packages, installed, { name: 'longshore', version: '1.2.3', license: 'Apache-2.0' });
    const names = bom.components.map(({ name }) => name);
    for (const name of ['koa', 'bullmq', 'undici', 'zod', 'jose']) expect(names).toContain(name);
    for (const name of ['vitest', 'playwright-core', '@longshore/queue']) expect(names).not.toContain(name);
    const koa = bom.components.find(({ name }) => name === 'koa');
    const catalog = parse(await readFile(join(ROOT, 'pnpm-lock.yaml'), 'utf8')).catalogs.default.koa.version;
    expect(koa).toMatchObject({
      ...{ version: catalog, purl: `pkg:npm/koa@${catalog}`, licenses: [{ license: { id: 'MIT' } }] },
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    });
    const refs = new Set(bom.components.map((component) => component['bom-ref']));
    expect(refs.size).toBe(bom.components.length);
    const { dependsOn } = bom.dependencies.find(({ ref }) => ref === koa['bom-ref']);
    expect(dependsOn.length).toBeGreaterThan(3);
    for (const { dependsOn: below } of bom.dependencies) for (const ref of below) expect(refs).toContain(ref);
  });
});

test('the check passes for this repository, and npm test runs it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/check-supply.mjs'], { cwd: ROOT });
  expect(stdout).toMatch(/^supply chain: \d+ packages; (no known|vulnerabilities were not looked up)/);
  expect(await readFile(join(ROOT, 'scripts/test.mjs'), 'utf8')).toContain("['scripts/check-supply.mjs']");
});
