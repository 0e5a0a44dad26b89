/** Images, a clock that stands, and calls for the tests of the targets. */
import type { Clock } from '../preheat/targets/clock.js';
import type { Pending, WarmCall, WarmImage, WarmItem } from '../preheat/targets/target.js';

/** `sha256:` and this character 64 times. */
export function aDigest(character: string): string {
  return `sha256:${character.repeat(64)}`;
}

/** A layer of 123 bytes. */
export function anItem(some: Partial<WarmItem> = {}): WarmItem {
  return {
    role: 'layer',
    digest: aDigest('a'),
    size: 123,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    ...some,
  };
}

/** An index of two images, each with a config; they share one layer. */
export function anIndex(some: Partial<WarmImage> = {}): WarmImage {
  return {
    repository: 'library/nginx',
    tag: '1.25',
    digest: aDigest('0'),
    registry: 'https://registry.example.com',
    platforms: ['linux/amd64', 'linux/arm64/v8'],
    items: [
      { role: 'index', digest: aDigest('0'), mediaType: 'application/vnd.oci.image.index.v1+json', size: 10 },
      manifest('1', 'linux/amd64'),
      { role: 'config', digest: aDigest('2'), platform: 'linux/amd64', size: 12 },
      { role: 'layer', digest: aDigest('3'), size: 13 },
      manifest('4', 'linux/arm64/v8'),
      { role: 'config', digest: aDigest('5'), platform: 'linux/arm64/v8', size: 15 },
    ],
    ...some,
  };
}

function manifest(character: string, platform: string): WarmItem {
  return {
    role: 'manifest',
    digest: aDigest(character),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    size: 11,
    platform,
  };
}

/** A call without a shutdown in sight. */
export function aCall(handle?: string): WarmCall {
  return { signal: new AbortController().signal, ...(handle !== undefined && { handle }) };
}

/** Looks whenever it is time, until there is a verdict. `waits`: milliseconds between the looks. */
export async function follow<Result extends { state: string }>(
  look: (call: WarmCall) => Promise<Result | Pending>,
  clock: StandingClock,
): Promise<{ end: Result; waits: number[] }> {
  const waits: number[] = [];
  let result = await look(aCall());
  while (isPending(result)) {
    waits.push(result.pollAt - clock.at);
    clock.at = result.pollAt;
    result = await look(aCall(result.handle));
  }
  return { end: result, waits };
}

/** The answer, which has to be pending. */
export function pendingOf(result: { state: string }): Pending {
  if (!isPending(result)) throw new Error(JSON.stringify(result));
  return result;
}

function isPending(result: { state: string }): result is Pending {
  return result.state === 'pending';
}

/** Stands until it is told. */
export class StandingClock implements Clock {
  constructor(
    public at = Date.UTC(2026, 10, 21),
    public chance = 0.5,
  ) {}

  now(): number {
    return this.at;
  }

  random(): number {
    return this.chance;
  }
}
