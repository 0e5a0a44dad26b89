/**
 * Refuses an import that the design does not have. pnpm makes the package.json files the import graph, so they
 * are what is read; the sources are searched for what a manifest cannot show.
 *
 * A new edge is a decision: it goes into this table first, and into ARCHITECTURE.md.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const STAGE = 'stages do not import each other: they share the types of event, and the apps combine them';
const APP = 'an app imports the stages and config, never another app';

/** Who may import which of our packages, and why no other. `tests`: from tests only, as a devDependency. */
const LAYERS = {
  event: { may: [], why: 'every package imports event, so it imports none' },
  settings: {
    may: ['event'],
    why: 'config and every stage with settings of its own import settings',
  },
  network: {
    may: ['event', 'settings'],
    why: 'every connection to another machine uses network, from whatever stage',
  },
  sources: { may: ['event', 'settings'], why: STAGE },
  routing: { may: ['event'], why: STAGE },
  queue: { may: ['event'], why: STAGE },
  publish: {
    may: ['event', 'routing', 'queue', 'observe', 'tracing'],
    why: 'publish is the way from events to durable deliveries; sources and sinks are before and behind it',
  },
  formats: {
    may: ['event', 'settings'],
    tests: ['sources'],
    why: 'a format is the reverse of a source; only its tests read with a source what it has rendered',
  },
  signing: { may: [], why: 'signing is bytes and keys: the command checks with it what a sink has signed' },
  sinks: {
    may: ['event', 'archive', 'settings', 'formats', 'network', 'registry-client', 'signing', 'tracing'],
    why: STAGE,
  },
  'registry-client': { may: ['event', 'network'], why: STAGE },
  archive: { may: ['event', 'settings', 'registry-client'], why: STAGE },
  tracing: { may: [], why: 'spans are made by every stage that sends or takes something' },
  observe: { may: ['event', 'tracing'], why: STAGE },
  spool: { may: ['event'], why: STAGE },
  embedded: { may: ['event'], why: 'it only runs a program; queue is the client of Redis' },
  config: {
    may: ['event', 'settings', 'network', 'sources', 'routing', 'formats', 'signing', 'sinks'],
    why: 'config imports only the schemas of the stages',
  },
  ingest: {
    may: ['event', 'network', 'sources', 'publish', 'queue', 'observe', 'tracing', 'spool', 'config'],
    why: APP,
  },
  worker: {
    may: [
      'archive',
      'event',
      'network',
      'routing',
      'publish',
      'queue',
      'archive',
      'formats',
      'signing',
      'sinks',
      'registry-client',
      'archive',
      'observe',
      'tracing',
      'config',
    ],
    why: APP,
  },
  doctor: {
    may: ['event', 'network', 'queue', 'archive', 'sinks', 'tracing', 'config'],
    why: 'the command, the pages and /readyz share the doctor; it connects as a sink does',
  },
  operator: {
    may: ['event', 'routing', 'queue', 'archive', 'config'],
    why: 'the command, the API and the pages share operator, so it loads nothing that only one of them needs',
  },
  dashboard: { may: ['event', 'queue', 'archive', 'doctor', 'operator', 'config'], why: APP },
  longshore: {
    may: [
      'event',
      'archive',
      'network',
      'queue',
      'observe',
      'tracing',
      'doctor',
      'operator',
      'config',
      'embedded',
      'signing',
      'ingest',
      'worker',
      'dashboard',
    ],
    why: 'the command combines the apps, not the stages',
  },
  testkit: {
    may: ['event', 'embedded'],
    why: 'testkit serves every test, so it depends on almost nothing',
  },
  'longshore-workspace': { may: ['longshore'], why: 'the root provides only the command' },
};

/** Dependencies that few packages may use. */
const OWNED = {
  '@opentelemetry/api': {
    owners: ['tracing'],
    why: 'spans are made through tracing, which loads nothing while unused',
  },
  bullmq: { owners: ['queue'], why: 'all of Longshore’s Redis and BullMQ is in queue' },
  ioredis: {
    owners: ['queue', 'sinks'],
    why: 'Longshore’s Redis is in queue, and a receiver’s in sinks',
  },
};

/** Patterns that sources may not contain, and the packages that are exempt. */
const WORDS = [
  {
    pattern: /\bprocess\.env\b|\benv\b[^}\n]*\}\s*from 'node:process'/,
    what: 'reads process.env',
    allowed: ['settings', 'testkit'],
    why: 'the environment is read in settings only',
  },
  {
    pattern: /\bconsole\./,
    what: 'writes to console',
    allowed: [],
    why: 'log through observe; commands print through their shell',
  },
];

/** All violations in the workspace at `root`, one line each. */
export function checkLayers(root) {
  const packages = findPackages(root);
  const names = new Set(packages.map(({ name }) => name));
  return packages.flatMap((each) => [...checkManifest(each, names), ...checkSources(each, names)]);
}

function findPackages(root) {
  const folders = ['packages', 'apps'].flatMap((group) => {
    const parent = join(root, group);
    return existsSync(parent)
      ? readdirSync(parent)
          .sort()
          .map((name) => join(parent, name))
      : [];
  });
  return [root, ...folders]
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return { folder, root, name: manifest.name, manifest };
    });
}

function checkManifest({ name, manifest }, names) {
  if (!LAYERS[short(name)])
    return [`${name}: is not in the table of scripts/check-layers.mjs; give it a row`];
  const {
    dependencies = {},
    devDependencies = {},
    peerDependencies = {},
    optionalDependencies = {},
  } = manifest;
  const used = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies });
  const { tests = [] } = LAYERS[short(name)];
  return [
    ...used.flatMap((to) => refused(name, to, names) ?? []),
    ...Object.keys(devDependencies)
      .filter((to) => short(to) !== 'testkit' && !tests.includes(short(to)))
      .flatMap((to) => refused(name, to, names) ?? []),
  ].map((problem) => `${problem} [package.json]`);
}

function checkSources({ folder, root, name }, names) {
  if (folder === root || !LAYERS[short(name)]) return [];
  return sourceFiles(join(folder, 'src')).flatMap((file) => {
    const text = withoutComments(readFileSync(file, 'utf8'));
    const imports = specifiers(text).flatMap((to) => importProblem(name, to, file, folder, names) ?? []);
    const words = WORDS.filter(
      ({ pattern, allowed }) => !allowed.includes(short(name)) && pattern.test(text),
    ).map(({ what, why }) => `${name} ${what}: ${why}`);
    return [...imports, ...words].map((problem) => `${problem} [${relative(root, file)}]`);
  });
}

function importProblem(name, specifier, file, folder, names) {
  if (specifier.startsWith('.')) {
    const path = relative(folder, resolve(dirname(file), specifier));
    if (path.startsWith('..')) return `${name} -> ${specifier}: another package is imported by its name`;
    return path.startsWith(join('src', 'testing'))
      ? `${name} -> ${specifier}: src/testing is for tests`
      : undefined;
  }
  const parts = specifier.split('/');
  return refused(name, specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0], names);
}

/** What is wrong with this edge; undefined when nothing is. */
function refused(from, to, names) {
  const owned = OWNED[to];
  if (owned) return owned.owners.includes(short(from)) ? undefined : `${from} -> ${to}: ${owned.why}`;
  if (from === to || !names.has(to) || !LAYERS[short(from)]) return undefined;
  const { may, why } = LAYERS[short(from)];
  if (may.includes(short(to))) return undefined;
  return `${from} -> ${to}: ${short(to) === 'testkit' ? 'testkit is for tests: a devDependency' : why}`;
}

function short(name) {
  return name.replace(/^@longshore\//, '');
}

/** What runs in production: no tests, and no `src/testing/`, which holds what only tests import. */
function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !relative(folder, file).startsWith('testing'))
    .sort();
}

function specifiers(text) {
  const pattern = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1]);
}

function withoutComments(text) {
  return text.replaceAll(/\/\*.*?\*\//gs, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkLayers(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
  console.log('layers: every import is one that the design has');
}
