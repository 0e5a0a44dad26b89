/**
 * The container image without a Docker engine: `npm run image` builds it with buildah, `npm run image:test` builds it
 * and runs it with podman, as an operator does.
 *
 * `npm run image` also writes a bill of materials (CycloneDX) to dist/longshore.cdx.json.
 *
 * The base is the Dockerfile's own (`--base` overrides it). If it cannot be pulled, the tests build one from Debian
 * packages and this machine's Node.js, so that the Dockerfile is built everywhere. If the kernel does not allow
 * containers, the image is built and not run, and a line says so.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBase } from './image-base.mjs';
import { capture, show, which } from './run-command.mjs';
import { asScript, ROOT, say, setUp } from './setup.mjs';
import { installedPackages, productionPackages } from './supply/packages.mjs';
import { sbom } from './supply/sbom.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { base: { type: 'string' }, tag: { type: 'string', default: 'localhost/longshore:latest' } },
});

await asScript(async () => {
  if (positionals[0] === 'test') return test();
  await need('buildah');
  await build(values.base ?? (await ownBase()));
  await writeBom();
});

async function test() {
  const started = Date.now();
  const missing = [];
  for (const program of ['buildah', 'podman', 'debootstrap'])
    if (!(await which(program))) missing.push(program);
  if (missing.length > 0) {
    say(`image tests skipped (missing: ${missing.join(', ')})`);
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  await setUp({ redis: false });
  // Within a container there is no overlay file system to store images on.
  await capture('podman', ['info']).catch(() => {
    process.env.STORAGE_DRIVER = 'vfs';
  });
  await build(values.base ?? (await baseForTests()));
  say(`built after ${Math.round((Date.now() - started) / 1000)} s`);
  const flags = await podmanFlags();
  if (!flags) return;
  Object.assign(process.env, { LONGSHORE_IMAGE: values.tag, LONGSHORE_PODMAN_FLAGS: flags.join(' ') });
  const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
  const code = await show(vitest, ['run', '--config', 'infra/docker/vitest.config.mjs'], { cwd: ROOT });
  say(`the image was built and tested in ${Math.round((Date.now() - started) / 1000)} s`);
  process.exit(code);
}

async function build(base) {
  say(`building ${values.tag} on ${base}`);
  const ca = process.env.NODE_EXTRA_CA_CERTS;
  const options = [
    // Only this format supports HEALTHCHECK.
    ...['--format', 'docker', '--network', 'host', '--build-arg', `BASE=${base}`],
    ...(ca ? ['--secret', `id=ca,src=${ca}`] : []),
    ...['--file', 'infra/docker/Dockerfile', '--tag', values.tag, '.'],
  ];
  if (await which('runc')) process.env.BUILDAH_RUNTIME ??= 'runc';
  try {
    await capture('buildah', ['build', ...options], { cwd: ROOT });
  } catch (error) {
    // In a container, say: without namespaces of its own.
    say('buildah cannot build with namespaces here, trying without');
    await capture('buildah', ['build', '--isolation', 'chroot', ...options], { cwd: ROOT }).catch(() => {
      throw error;
    });
  }
}

/** What the image is made of, beside it. The packages are those of the lock file, which the image is built from. */
async function writeBom() {
  await setUp({ redis: false });
  const { version, license } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const packages = await productionPackages(ROOT);
  const bom = sbom(packages, await installedPackages(ROOT), { name: 'longshore', version, license });
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  await writeFile(join(ROOT, 'dist', BOM), `${JSON.stringify(bom, null, 2)}\n`);
  say(`dist/${BOM}: bill of materials, ${packages.length} packages`);
}

/** CycloneDX. */
const BOM = 'longshore.cdx.json';

/** The base in the Dockerfile. */
async function ownBase() {
  const dockerfile = await readFile(join(ROOT, 'infra', 'docker', 'Dockerfile'), 'utf8');
  return /^ARG BASE=(.*)$/m.exec(dockerfile)[1];
}

async function baseForTests() {
  const own = await ownBase();
  try {
    await capture('buildah', ['pull', own], { timeout: 120_000 });
    return own;
  } catch {
    say(`${own} cannot be pulled`);
    return makeBase();
  }
}

/** The flags with which podman runs a container on this machine; undefined if it cannot. */
async function podmanFlags() {
  // Podman asks for more open files than a sandbox may have.
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=4096:4096'];
  let reason;
  for (const runtime of ['runc', 'crun']) {
    if (!(await which(runtime))) continue;
    for (const more of [[], limits]) {
      const flags = ['--runtime', runtime, 'run', '--network', 'none', ...more];
      try {
        await capture('podman', [...flags, '--rm', values.tag, '--version']);
        return flags;
      } catch (error) {
        reason = error.message;
      }
    }
  }
  say(`the image was built and NOT run: podman cannot run a container here: ${reason}`);
  return undefined;
}

async function need(program) {
  if (!(await which(program)))
    throw new Error(`${program} is not installed; docker build does the same, see infra/docker/README.md`);
}
