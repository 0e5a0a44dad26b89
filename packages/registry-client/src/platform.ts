/**
 * Which entries of an index a runtime on some platform takes, as containerd decides it (containerd/platforms,
 * `Normalize` and `Only`): names are normalized, then the first acceptable platform wins that the index has, from
 * the very one that is wanted down to what the processor still runs (arm64 runs arm, amd64 runs 386).
 *
 * Not as containerd: `os.features` count only where the wanted platform names some, and of several entries that
 * fit equally well all are taken, because it is not known here which one a node will choose.
 */
import type { Descriptor, Platform } from './descriptor.js';
import { RegistryError } from './error.js';
import { runsOn, versionOf } from './windows.js';

const WANTED = /^([\w-]+)(?:\(([\w.%-]*)((?:\+[\w.%-]+)*)\))?\/([\w.-]+)(?:\/([\w.-]+))?$/;

/** `os/arch[/variant]`, as containerd writes it: `windows(10.0.20348)/amd64`. Throws `reference`. */
export function platformFrom(text: string): Platform {
  const [, os, version, features, architecture, variant] = WANTED.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    throw new RegistryError(
      'reference',
      `${JSON.stringify(text)} is not a platform; write os/arch[/variant]`,
    );
  }
  return normalized({
    os,
    architecture,
    ...(variant && { variant }),
    ...(version && { 'os.version': version }),
    ...(features && { 'os.features': features.slice(1).split('+') }),
  });
}

/** `linux/arm64/v8`, `windows(10.0.20348.1)/amd64`. */
export function platformText({ os, architecture, variant, ...more }: Platform): string {
  const version = more['os.version'] ? `(${more['os.version']})` : '';
  return [`${os}${version}`, architecture, variant].filter(Boolean).join('/');
}

/** Those of the entries that a node of this platform may take: none, one, or several that fit equally well. */
export function bestFor<T extends Pick<Descriptor, 'platform'>>(
  wanted: Platform,
  entries: readonly T[],
): T[] {
  for (const choice of choicesOf(wanted)) {
    const fitting = entries.filter(({ platform }) => platform && matches(choice, normalized(platform)));
    if (fitting.length > 0) return newest(wanted, fitting);
  }
  return [];
}

/** Would a node of this platform pull an image of that one, for its own architecture? */
export function runsNatively(wanted: Platform, image: Platform): boolean {
  const found = normalized(image);
  return choicesOf(wanted).some(
    (choice) => choice.architecture === wanted.architecture && matches(choice, found),
  );
}

function matches(wanted: Platform, found: Platform): boolean {
  const same =
    wanted.os === found.os && wanted.architecture === found.architecture && wanted.variant === found.variant;
  if (!same || (found.os === 'windows' && !runsOn(wanted['os.version'], found['os.version']))) return false;
  const features = wanted['os.features'];
  return !features || (found['os.features'] ?? []).every((feature) => features.includes(feature));
}

/** A Windows node takes the newest it can run. Without a version that one is unknown. */
function newest<T extends Pick<Descriptor, 'platform'>>(wanted: Platform, fitting: T[]): T[] {
  if (wanted.os !== 'windows' || !wanted['os.version']) return fitting;
  const build = ({ platform }: T) => versionOf(platform?.['os.version'])?.build ?? 0;
  const most = Math.max(...fitting.map(build));
  return fitting.filter((one) => build(one) === most);
}

/** What runs on this platform, best first. */
function choicesOf(wanted: Platform): Platform[] {
  const { architecture, variant } = wanted;
  const variants = (names: readonly string[]) => names.map((name) => withVariant(wanted, name));
  if (architecture === 'amd64') {
    const level = Number(variant?.slice(1) ?? 1);
    return [...variants(downFrom(level, 1)), { ...wanted, architecture: '386', variant: undefined }];
  }
  if (architecture === 'arm') return variants(downFrom(Number(variant?.slice(1)), 5));
  if (architecture !== 'arm64') return [wanted];
  const arm = { ...wanted, architecture: 'arm', variant: 'v8' };
  return [...variants(arm64Variants(variant ?? 'v8')), ...choicesOf(arm)];
}

/** `v9.x` runs `v8.(x+5)` (Arm Architecture Reference Manual, "Armv9-A"); `v8` stops at 9. */
function arm64Variants(variant: string): string[] {
  const [, major, minor = '0'] = /^v([89])(?:\.(\d))?$/.exec(variant) ?? [];
  if (major === undefined) return [variant];
  const minors = (of: number, from: number) => downFrom(from, 0).map((name) => `v${of}.${name.slice(1)}`);
  if (major === '8') return minors(8, Number(minor));
  return [...minors(9, Number(minor)), ...minors(8, Math.min(Number(minor) + 5, 9))];
}

/** `v7`, `v6`, `v5`; the number itself when it is below the last one or no number. */
function downFrom(from: number, last: number): string[] {
  if (!(from >= last)) return [`v${from}`];
  return Array.from({ length: from - last + 1 }, (_, n) => `v${from - n}`);
}

function withVariant(platform: Platform, variant: string): Platform {
  return normalized({ ...platform, variant });
}

const OS_NAMES: Readonly<Record<string, string>> = { macos: 'darwin' };
/** With the variant that the name implies. */
const ARCHITECTURES: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  i386: ['386'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
};
/** Those that go without saying, and other spellings. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  '386': {},
  amd64: { v1: undefined },
  arm64: { '8': undefined, v8: undefined, 'v8.0': undefined, 'v9.0': 'v9' },
  arm: { '': 'v7', '5': 'v5', '6': 'v6', '7': 'v7', '8': 'v8' },
};

function normalized(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const name = platform.architecture.toLowerCase();
  const [architecture, implied] = ARCHITECTURES[name] ?? [name];
  const said = implied ?? platform.variant?.toLowerCase() ?? '';
  const spellings = VARIANTS[architecture] ?? {};
  const variant = Object.hasOwn(spellings, said) ? spellings[said] : said || undefined;
  return { ...platform, os: OS_NAMES[os] ?? os, architecture, variant };
}
