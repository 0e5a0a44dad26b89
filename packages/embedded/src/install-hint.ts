/** How to install a server on this machine, in one line: by the platform and `/etc/os-release`. */
import { readFile } from 'node:fs/promises';

/** What there are commands for. */
export type Installable = 'redis' | 'postgres';

/** The command that installs it on this machine. */
export async function installHintHere(what: Installable): Promise<string> {
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return installHint(what, process.platform, osRelease);
}

/**
 * The command that installs it.
 * `platform` is Node's (`linux`, `darwin` …), `osRelease` the text of os-release(5), empty where there is none.
 */
export function installHint(what: Installable, platform: string, osRelease: string): string {
  if (platform === 'darwin') return `brew install ${what === 'redis' ? 'redis' : 'postgresql@17'}`;
  const ids = field(osRelease, 'ID').concat(field(osRelease, 'ID_LIKE'));
  const row = platform === 'linux' ? packages.find(({ id }) => ids.includes(id)) : undefined;
  return row?.[what] ?? `install ${NAMES[what]} with your package manager`;
}

const NAMES = { redis: 'Redis 7 or newer, or Valkey', postgres: 'PostgreSQL 15 or newer' };

/** The first row wins: a derivative names its parents too, so RHEL's relatives go before Fedora. */
const packages: readonly ({ id: string } & Record<Installable, string>)[] = [
  { id: 'debian', redis: 'apt-get install redis-server', postgres: 'apt-get install postgresql' },
  { id: 'ubuntu', redis: 'apt-get install redis-server', postgres: 'apt-get install postgresql' },
  {
    id: 'rhel',
    redis: 'dnf module install redis:7 (from release 10 on: dnf install valkey)',
    postgres:
      'dnf module enable postgresql:16; dnf install postgresql-server postgresql-contrib (from release 10 on without the first command)',
  },
  {
    id: 'fedora',
    redis: 'dnf install valkey',
    postgres: 'dnf install postgresql-server postgresql-contrib',
  },
  { id: 'alpine', redis: 'apk add redis', postgres: 'apk add postgresql postgresql-contrib' },
  { id: 'arch', redis: 'pacman -S valkey', postgres: 'pacman -S postgresql' },
  {
    id: 'suse',
    redis: 'zypper install redis',
    postgres: 'zypper install postgresql-server postgresql-contrib',
  },
];

function field(osRelease: string, name: string): string[] {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(osRelease)?.[1] ?? '';
  return value.replaceAll(/["']/g, '').trim().split(/\s+/).filter(Boolean);
}
