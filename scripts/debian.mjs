/**
 * Programs from Debian's packages, for set-up and tests.
 *
 * As root a package is installed by apt-get. Without root, and for packages that would start a service, it is
 * downloaded with the libraries that are missing here and unpacked into a cache folder; nothing else on the
 * machine changes. Trade-off: such a program gets no security updates until its cache folder is removed.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture, which } from './run-command.mjs';

/** `$XDG_CACHE_HOME/longshore`, by default below `~/.cache`. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longshore');

/** The folder whose `redis-server` the embedded Redis falls back to. */
export const REDIS_BIN = join(CACHE, 'redis', 'bin');

export const isRoot = process.getuid?.() === 0;

/** Whether this is Debian, Ubuntu or a derivative. */
export async function isDebian() {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(text) && (await which('apt-get')) !== undefined;
}

/** As root: installs packages that start no service. */
export async function install(packages) {
  await capture('apt-get', ['update']);
  await capture('apt-get', ['install', '--yes', '--no-install-recommends', ...packages]);
}

/**
 * As root: Debian's redis-tools holds the server's program too, and unlike redis-server it brings no service that
 * would start with the machine. The program goes by the name that it is called with.
 */
export async function installRedis() {
  await install(['redis-tools']);
  await rm(REDIS_BIN, { recursive: true, force: true });
  await mkdir(REDIS_BIN, { recursive: true });
  await symlink('/usr/bin/redis-check-rdb', join(REDIS_BIN, 'redis-server'));
  await capture(join(REDIS_BIN, 'redis-server'), ['--version']);
}

const CLUSTERS = '/etc/postgresql-common/createcluster.conf';

/**
 * As root: Debian's postgresql, without the cluster that it would create and start. The setting that prevents it is in
 * a file of postgresql-common, and is put back afterwards.
 */
export async function installPostgres() {
  await install(['postgresql-common']);
  const before = await readFile(CLUSTERS, 'utf8');
  await writeFile(
    CLUSTERS,
    `${before.replaceAll(/^create_main_cluster.*$/gm, '')}\ncreate_main_cluster = false\n`,
  );
  try {
    await install(['postgresql']);
  } finally {
    await writeFile(CLUSTERS, before);
  }
}

/**
 * Unpacks a package into the cache; returns the folder that has `programs` in it. Needs no root.
 * @param where finds the folder of the programs below the unpacked root
 */
export async function unpack(packageName, programs, folder = join(CACHE, packageName), where = usrBin) {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.new-`);
  try {
    const debs = await download(packageName, draft);
    const root = join(draft, 'root');
    for (const deb of debs) await capture('dpkg', ['-x', deb, root]);
    await rm(join(draft, 'debs'), { recursive: true });
    for (const program of [programs].flat()) await writeWrapper(draft, folder, await where(root), program);
    await rm(folder, { recursive: true, force: true });
    // A program that root unpacks may run as another user.
    await chmod(draft, 0o755);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await capture(join(folder, 'bin', [programs].flat()[0]), ['--version']);
  return join(folder, 'bin');
}

const usrBin = async () => join('usr', 'bin');

/** The programs that the embedded PostgreSQL needs, and those of a backup. */
const POSTGRES = ['postgres', 'initdb', 'pg_ctl', 'pg_dump', 'pg_restore', 'psql'];

/** Unpacks Debian's postgresql. Needs no root. */
export function unpackPostgres(folder) {
  return unpack('postgresql', POSTGRES, folder, async (root) => {
    const [major] = await readdir(join(root, 'usr', 'lib', 'postgresql'));
    return join('usr', 'lib', 'postgresql', major, 'bin');
  });
}

/** The major version of PostgreSQL that Debian's package would bring; undefined when that is not known. */
export async function majorOfPostgres() {
  const plan = await capture('apt-get', ['--simulate', '--no-install-recommends', 'install', 'postgresql']);
  return Number(/^Inst postgresql-(\d+) /m.exec(plan)?.[1]);
}

/** The package and what it depends on and is not installed, as files. */
async function download(packageName, draft) {
  const debs = join(draft, 'debs');
  await mkdir(debs);
  const fetchDebs = async (options) => {
    const plan = await capture('apt-get', [
      ...options,
      '--simulate',
      '--no-install-recommends',
      'install',
      packageName,
    ]);
    const packages = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
    await capture('apt-get', [...options, 'download', ...packages], { cwd: debs });
  };
  try {
    await fetchDebs([]);
  } catch {
    // No package lists, or old ones: lists of our own, which apt-get may fetch without root.
    const options = await privateLists(join(draft, 'apt'));
    await capture('apt-get', [...options, 'update']);
    await fetchDebs(options);
    await rm(join(draft, 'apt'), { recursive: true });
  }
  return (await readdir(debs)).filter((name) => name.endsWith('.deb')).map((name) => join(debs, name));
}

async function privateLists(folder) {
  await mkdir(join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const options = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': '/var/lib/dpkg/status',
    'Dir::Cache': join(folder, 'cache'),
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** A script that runs the program with the libraries beside it. `exec` keeps the pid. */
async function writeWrapper(draft, folder, place, program) {
  const libraries = new Set();
  for (const entry of await readdir(join(draft, 'root'), { recursive: true, withFileTypes: true })) {
    if (/\.so(\.\d+)*$/.test(entry.name)) libraries.add(entry.parentPath.replace(draft, folder));
  }
  await mkdir(join(draft, 'bin'), { recursive: true });
  const path = `${[...libraries].join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`;
  const script = [
    '#!/bin/sh',
    '# Written by the set-up of Longshore: a Debian package, unpacked and not installed.',
    `LD_LIBRARY_PATH="${path}" exec "${join(folder, 'root', place, program)}" "$@"`,
  ];
  const file = join(draft, 'bin', program);
  await writeFile(file, `${script.join('\n')}\n`);
  await chmod(file, 0o755);
}
