/** The machine or container that this runs on. What is slow or scarce is a warning; what cannot be written fails. */
import { constants } from 'node:fs';
import { access, open, readFile, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { everyEndpoint, fileReferences } from '@longshore/config';
import { formatSize } from '@longshore/event';
import { type Finding, fail, pass, skip, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';

const MIB = 2 ** 20;
/** The oldest Node.js that runs Longshore. */
const OLDEST_NODE = [20, 19] as const;
/** Beside a connection for each endpoint: listeners, Redis, requests of registries. */
const SPARE_FILES = 256;
const LEAST_MEMORY_BYTES = 256 * MIB;
const LEAST_SPACE_BYTES = 1024 * MIB;

/** See the header. */
export async function checkHost({ config, file }: DoctorParts): Promise<Finding[]> {
  const { datadir, ingest } = config;
  const spool = ingest.spool.enabled ? ingest.spool.maxbytes : 0;
  const secrets = await Promise.all(fileReferences(config).map(checkSecretFile));
  return [
    checkNode(process.versions.node),
    await checkOpenFiles(everyEndpoint(config).length),
    await checkMemory(),
    ...(await checkFolder(resolve(datadir), Math.max(LEAST_SPACE_BYTES, spool), file)),
    ...secrets.flat(),
  ];
}

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const oldest = OLDEST_NODE.join('.');
  return isNew
    ? pass('node', `Node.js ${version}`)
    : fail('node', `Node.js ${version} is older than ${oldest}`, `install Node.js ${oldest} or newer`);
}

async function checkOpenFiles(endpoints: number): Promise<Finding> {
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files +(\d+)/m.exec(limits) ?? [];
  if (soft === undefined) return skip('open files', 'the limit is not known on this system');
  const least = endpoints + SPARE_FILES;
  if (Number(soft) >= least) return pass('open files', `limit ${soft}`);
  return warn(
    'open files',
    `the limit is ${soft} open files, and ${least} may be needed`,
    `ulimit -n ${Math.max(4_096, least)}, or LimitNOFILE= in the systemd unit`,
  );
}

async function checkMemory(): Promise<Finding> {
  const texts = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].map((path) =>
    readFile(path, 'utf8').catch(() => ''),
  );
  const limit = (await Promise.all(texts)).map(Number.parseFloat).find((bytes) => bytes > 0);
  if (limit === undefined || limit > 2 ** 50) return pass('memory', 'no limit');
  if (limit >= LEAST_MEMORY_BYTES) return pass('memory', `limit ${formatSize(limit)}`);
  const least = formatSize(LEAST_MEMORY_BYTES);
  return warn('memory', `the limit is ${formatSize(limit)}`, `allow ${least} or more for each process`);
}

async function checkFolder(wanted: string, least: number, file: string): Promise<Finding[]> {
  const folder = await nearest(wanted);
  const refused = await access(folder, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  const isFolder = (await stat(folder)).isDirectory();
  if (refused !== undefined || !isFolder) {
    const user = process.getuid?.() ?? 'USER';
    const fix = isFolder
      ? `chown -R ${user} ${folder}, or name another folder as \`datadir\` in ${file}`
      : `name a folder as \`datadir\` in ${file}`;
    return [fail('datadir', `${folder} cannot be written (${refused ?? 'not a folder'})`, fix)];
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const space =
    free >= least
      ? pass('disk space', `${formatSize(free)} free in ${folder}`)
      : warn(
          'disk space',
          `${formatSize(free)} free in ${folder}, and ${formatSize(least)} may be needed`,
          'free some space, move `datadir` to a larger disk, or lower `ingest.spool.maxbytes`',
        );
  return [pass('datadir', `${folder} can be written`), space, await checkFsync(folder)];
}

/** The folder, or what of its path is there already: the doctor makes none. */
async function nearest(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

const WRITES = 20;
const WRITE_BYTES = 4_096;
/** The spool answers after an fsync, and so does the append-only file with `appendfsync always`. */
const SLOW_FSYNC_MS = 10;

/** How long a small write takes until it is on the disk. */
async function checkFsync(folder: string): Promise<Finding> {
  const path = join(folder, `.doctor-${process.pid}`);
  const times: number[] = [];
  try {
    const handle = await open(path, 'w');
    try {
      for (let n = 0; n < WRITES; n++) {
        const began = performance.now();
        await handle.write(Buffer.alloc(WRITE_BYTES));
        await handle.sync();
        times.push(performance.now() - began);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return fail(
      'fsync',
      `a file in ${folder} cannot be written (${code})`,
      'free some space, or replace the disk',
    );
  } finally {
    await rm(path, { force: true });
  }
  const median = times.toSorted((a, b) => a - b)[WRITES / 2] ?? 0;
  const said = `${median.toFixed(1)} ms for a write that reaches the disk`;
  if (median <= SLOW_FSYNC_MS) return pass('fsync', said);
  return warn('fsync', `${said}: each spooled request waits for one`, 'put `datadir` on a faster disk');
}

/** Everyone on the machine could read it. Kubernetes mounts secrets so within the container: there it is in order. */
async function checkSecretFile(path: string): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found || path.startsWith('/run/secrets/') || path.startsWith('/var/run/secrets/')) return [];
  if ((found.mode & 0o004) === 0) return [];
  return [warn('secret file', `${path} can be read by every user of this machine`, `chmod 640 ${path}`)];
}
