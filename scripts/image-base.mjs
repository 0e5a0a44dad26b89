/** A base image without a registry: Debian by debootstrap, with this machine's Node.js and npm in it. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture, which } from './run-command.mjs';
import { say } from './setup.mjs';

/** Builds it unless it exists; resolves with its name. Needs root. */
export async function makeBase() {
  const release = await readFile('/etc/os-release', 'utf8');
  const suite = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] ?? 'bookworm';
  const name = `localhost/longshore-base:${suite}-node-${process.versions.node}`;
  const known = await capture('podman', ['image', 'exists', name]).then(
    () => true,
    () => false,
  );
  if (known) return name;
  say(`building ${name} from Debian packages`);
  const folder = await mkdtemp(join(tmpdir(), 'longshore-base-'));
  try {
    const root = join(folder, 'root');
    await capture('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root]);
    await addNode(root);
    const archive = join(folder, 'root.tar');
    await capture('tar', [
      '--directory',
      root,
      '--exclude=./var/cache/apt/archives/*.deb',
      '--create',
      '--file',
      archive,
      '.',
    ]);
    await capture('podman', ['import', archive, name]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return name;
}

/** As in the images of Node.js: below /usr/local. */
async function addNode(root) {
  const [bin, modules] = [join(root, 'usr/local/bin'), join(root, 'usr/local/lib/node_modules')];
  await mkdir(modules, { recursive: true });
  await cp(process.execPath, join(bin, 'node'));
  // …/npm/bin/npm-cli.js
  const npm = dirname(dirname(await realpath(await which('npm'))));
  await cp(npm, join(modules, 'npm'), { recursive: true, dereference: true });
  for (const command of ['npm', 'npx']) {
    await symlink(`../lib/node_modules/npm/bin/${command}-cli.js`, join(bin, command));
  }
}
