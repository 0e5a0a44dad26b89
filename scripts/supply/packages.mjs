/** The packages of others that Longshore runs with, from pnpm's lock file and the folders that it installed. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The command, which depends on everything that runs. */
const APP = 'apps/longshore';

/**
 * The packages below the command, without those of development, sorted by name.
 * @returns {Promise<{key: string, name: string, version: string, integrity?: string, dependencies: string[]}[]>}
 */
export async function productionPackages(root) {
  const lock = parse(await readFile(join(root, 'pnpm-lock.yaml'), 'utf8'));
  const found = new Map();
  const importers = new Set();
  const waiting = [{ importer: APP }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.importer !== undefined) {
      if (importers.has(next.importer)) continue;
      importers.add(next.importer);
      waiting.push(...ofImporter(lock, next.importer));
    } else if (!found.has(next.key)) {
      const below = ofPackage(lock, next.key);
      found.set(next.key, described(lock, next.key, below));
      waiting.push(...below.map((key) => ({ key })));
    }
  }
  return [...found.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function ofImporter(lock, importer) {
  const { dependencies = {}, optionalDependencies = {} } = lock.importers[importer];
  return Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, { version }]) =>
    version.startsWith('link:')
      ? { importer: join(importer, version.slice('link:'.length)) }
      : { key: keyOf(name, version) },
  );
}

function ofPackage(lock, key) {
  const { dependencies = {}, optionalDependencies = {} } = lock.snapshots[key];
  return Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, version]) =>
    keyOf(name, version),
  );
}

/** One that is installed under another name has its own name before its version. */
const keyOf = (name, version) => (/^[^(]+@/.test(version) ? version : `${name}@${version}`);

/** A key is `NAME@VERSION`, and the peers that it was resolved with in parentheses. */
function described(lock, key, dependencies) {
  const [bare] = key.split('(', 1);
  const at = bare.lastIndexOf('@');
  const { integrity } = lock.packages[bare]?.resolution ?? {};
  return { key, name: bare.slice(0, at), version: bare.slice(at + 1), integrity, dependencies };
}

/**
 * Each installed package with its own package.json, development included.
 * @returns {Promise<Map<string, {manifest: object, folder: string}>>} by `NAME@VERSION`
 */
export async function installedPackages(root) {
  const store = join(root, 'node_modules', '.pnpm');
  const found = new Map();
  for (const entry of await readdir(store)) {
    const folder = join(store, entry, 'node_modules');
    if (!existsSync(folder)) continue;
    // Beside it are links to its dependencies.
    for (const name of await ownNames(folder)) {
      const text = await readFile(join(folder, name, 'package.json'), 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const manifest = JSON.parse(text);
      found.set(`${manifest.name}@${manifest.version}`, { manifest, folder: join(folder, name) });
    }
  }
  return found;
}

/** SPDX, whatever form it has: older packages have an object, or a list in `licenses`. */
export function licenseOf({ license, licenses }) {
  const written = license ?? licenses;
  if (!Array.isArray(written)) return written?.type ?? written;
  return written.map((one) => one.type ?? one).join(' OR ');
}

async function ownNames(folder) {
  const names = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    if (!entry.name.startsWith('@')) names.push(entry.name);
    else {
      const scoped = await readdir(join(folder, entry.name), { withFileTypes: true });
      names.push(...scoped.filter((one) => one.isDirectory()).map((one) => `${entry.name}/${one.name}`));
    }
  }
  return names;
}
