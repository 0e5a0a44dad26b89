/**
 * The npm package `longshore`: the command and the compiled workspace packages, which are bundled dependencies. What they
 * need of npm are dependencies of the package itself, in the exact versions of the lock file. No install script.
 */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parse } from 'yaml';

const COMMAND = 'longshore';
const SCOPE = '@longshore/';
/** Of each package; tests, maps and types stay behind. */
const FOLDERS = ['dist', 'bin', 'assets'];
const LEFT_OUT = /\.(d\.ts|map|tsbuildinfo)$|\.test\.js$/;

const json = async (file) => JSON.parse(await readFile(file, 'utf8'));

/** By name: the folder and the manifest of each workspace package that the command needs. */
async function workspaceOf(root) {
  const found = new Map();
  const add = async (name) => {
    if (found.has(name)) return;
    const folder = name === COMMAND ? path.join(root, 'apps', COMMAND) : await folderOf(root, name);
    const manifest = await json(path.join(folder, 'package.json'));
    found.set(name, { folder, manifest });
    for (const [needed, range] of Object.entries(manifest.dependencies ?? {}))
      if (range.startsWith('workspace:')) await add(needed);
  };
  await add(COMMAND);
  return found;
}

async function folderOf(root, name) {
  const short = name.slice(SCOPE.length);
  for (const kind of ['packages', 'apps']) {
    const folder = path.join(root, kind, short);
    const manifest = await json(path.join(folder, 'package.json')).catch(() => undefined);
    if (manifest?.name === name) return folder;
  }
  throw new Error(`no workspace package ${name}`);
}

/** The version that is installed here, which the lock file decides. */
async function installed(folder, name) {
  const places = createRequire(path.join(folder, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) {
    const manifest = await json(path.join(place, name, 'package.json')).catch(() => undefined);
    if (manifest) return manifest.version;
  }
  throw new Error(`${name} is not installed for ${folder}`);
}

/** Writes the package into an empty folder. @returns its manifest */
export async function stagePackage(root, to) {
  const workspace = await workspaceOf(root);
  const own = workspace.get(COMMAND);
  const dependencies = {};
  for (const [name, { folder, manifest }] of workspace) {
    const target = name === COMMAND ? to : path.join(to, 'node_modules', name);
    await copy(folder, target);
    for (const [needed, range] of Object.entries(manifest.dependencies ?? {}))
      if (!range.startsWith('workspace:')) dependencies[needed] = await installed(folder, needed);
    if (name === COMMAND) continue;
    const { version, type, exports } = manifest;
    await write(target, { name, version, type, exports, license: manifest.license });
  }
  const bundled = [...workspace.keys()].filter((name) => name !== COMMAND).sort();
  const engines = (await json(path.join(root, 'package.json'))).engines;
  const { version, description, license, type, bin, exports } = own.manifest;
  const manifest = {
    ...{ name: COMMAND, version, description, license, type, bin, exports, engines },
    files: [...FOLDERS, 'README.md', 'LICENSE', 'CHANGELOG.md'],
    dependencies: {
      ...Object.fromEntries(Object.entries(dependencies).sort()),
      ...Object.fromEntries(bundled.map((name) => [name, version])),
    },
    bundleDependencies: bundled,
  };
  await write(to, manifest);
  for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md'])
    await cp(path.join(root, file), path.join(to, file));
  return manifest;
}

const write = (folder, manifest) =>
  writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

async function copy(from, to) {
  await mkdir(to, { recursive: true });
  for (const name of FOLDERS) {
    await cp(path.join(from, name), path.join(to, name), {
      recursive: true,
      filter: (file) => !LEFT_OUT.test(file) && !file.endsWith(`${path.sep}testing`),
    }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** What the changelog says of the version, or of what is not released yet. */
export function notesOf(changelog, version) {
  const sections = changelog.split(/^## /m).slice(1);
  const found =
    sections.find((one) => one.startsWith(version)) ?? sections.find((one) => one.startsWith('Unreleased'));
  return found === undefined ? undefined : found.slice(found.indexOf('\n')).trim();
}

/** Whether all manifests and the chart have one version. @returns what differs, one line each */
export async function versionFaults(root) {
  const { version } = await json(path.join(root, 'package.json'));
  const chart = parse(await readFile(path.join(root, 'infra', 'helm', 'Chart.yaml'), 'utf8'));
  const all = [
    ...[...(await workspaceOf(root)).values()].map(({ manifest }) => [manifest.name, manifest.version]),
    ['infra/helm version', String(chart.version)],
    ['infra/helm appVersion', String(chart.appVersion)],
  ];
  return all.filter(([, own]) => own !== version).map(([name, own]) => `${name} is ${own}, not ${version}`);
}
