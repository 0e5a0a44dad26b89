/**
 * How to install a Redis on this machine, in one line. A pure function of the platform and `/etc/os-release`.
 */

/**
 * The command that installs a Redis here.
 * `platform` is Node's (`linux`, `darwin` …), `osRelease` the text of os-release(5), empty where there is none.
 */
export function installHint(platform: string, osRelease: string): string {
  if (platform === 'darwin') return 'brew install redis';
  const ids = field(osRelease, 'ID').concat(field(osRelease, 'ID_LIKE'));
  const row = platform === 'linux' ? packages.find(([id]) => ids.includes(id)) : undefined;
  return row?.[1] ?? 'install Redis 7 or newer, or Valkey, with your package manager';
}

/** The first row wins: a derivative names its parents too, so RHEL's relatives go before Fedora. */
const packages: readonly (readonly [id: string, command: string])[] = [
  ['debian', 'apt-get install redis-server'],
  ['ubuntu', 'apt-get install redis-server'],
  ['rhel', 'dnf module install redis:7 (from release 10 on: dnf install valkey)'],
  ['fedora', 'dnf install valkey'],
  ['alpine', 'apk add redis'],
  ['arch', 'pacman -S valkey'],
  ['suse', 'zypper install redis'],
];

function field(osRelease: string, name: string): string[] {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(osRelease)?.[1] ?? '';
  return value.replaceAll(/["']/g, '').trim().split(/\s+/).filter(Boolean);
}
