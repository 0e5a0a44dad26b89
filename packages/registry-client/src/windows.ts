/**
 * Which Windows image runs on which Windows (Microsoft, "Windows container version compatibility"; containerd's
 * `platform_windows_compat.go`): before Server 2022 only the same build, from there on every build back to 2022.
 */

/** Windows Server 2022: the first build with a stable interface for containers. */
const STABLE_FROM = 20348;

/** `10.0.20348.2113`: the first three numbers. */
export interface WindowsVersion {
  /** `10.0` */
  release: string;
  build: number;
}

/** Undefined for what has no build number. */
export function versionOf(text: string | undefined): WindowsVersion | undefined {
  const [, release, build] = /^(\d+\.\d+)\.(\d+)(?:\.|$)/.exec(text ?? '') ?? [];
  return release === undefined ? undefined : { release, build: Number(build) };
}

/** Does an image of version `image` run on `host`? Where one of them does not say, it does. */
export function runsOn(host: string | undefined, image: string | undefined): boolean {
  const [on, of] = [versionOf(host), versionOf(image)];
  if (!on || !image) return true;
  if (!of || on.release !== of.release) return false;
  return on.build < STABLE_FROM ? on.build === of.build : of.build >= STABLE_FROM && of.build <= on.build;
}
