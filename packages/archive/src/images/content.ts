/** What an image consists of: platforms, attestations, blobs, by what is known of its manifests. */
import { artifactOf, isIndex } from './artifacts.js';
import type { ImagePlatform, ManifestFacts, Reference } from './types.js';

/** See the header. */
export interface Content {
  platforms: ImagePlatform[];
  attestations: number;
  /** Distinct configs and layers of all platforms. Absent when a manifest is not known. */
  size?: number;
  /** Every manifest and blob of it, attestations included. */
  digests: Set<string>;
  /** Nothing is missing in `digests`. */
  whole: boolean;
}

type Manifests = ReadonlyMap<string, ManifestFacts>;

/** An index within an index is rare, and one within itself impossible; a manifest that says so is not followed. */
const MOST_LEVELS = 4;

/** Of the manifest with this digest. */
export function contentOf(digest: string | undefined, manifests: Manifests): Content {
  const digests = new Set<string>();
  const whole = digest !== undefined && collect(digest, manifests, digests);
  const root = digest === undefined ? undefined : manifests.get(digest);
  const listed = isIndex(root) ? (root?.references ?? []) : [];
  const images = listed.filter((reference) => !isAttestation(reference));
  const platforms = isIndex(root) ? images.map(platformOf(manifests)) : alone(digest, root);
  const size = sizeOf(isIndex(root) ? images.map((image) => image.digest) : [digest ?? ''], manifests);
  return {
    platforms,
    attestations: listed.length - images.length,
    ...(size !== undefined && { size }),
    digests,
    whole,
  };
}

/** Every manifest that an index leads to, without its blobs. */
export function childrenOf(digest: string, manifests: Manifests, levels = MOST_LEVELS): string[] {
  const manifest = manifests.get(digest);
  if (levels === 0 || !isIndex(manifest)) return [];
  const own = (manifest?.references ?? []).map((reference) => reference.digest);
  return [...own, ...own.flatMap((child) => childrenOf(child, manifests, levels - 1))];
}

/** BuildKit lists them in the index, under a platform that does not exist; no runtime pulls them. */
export const isAttestation = ({ platform, reference }: Reference): boolean =>
  reference !== undefined || platform === 'unknown/unknown';

/** The platforms of `digest` whose manifest is another one than in the index `previous`; none without that. */
export function changedPlatforms(
  { platforms }: Content,
  previous: string | undefined,
  manifests: Manifests,
): string[] {
  if (previous === undefined || !manifests.has(previous)) return [];
  const before = new Map(
    contentOf(previous, manifests).platforms.map(({ platform, digest }) => [platform, digest]),
  );
  return platforms.flatMap(({ platform, digest }) =>
    platform === undefined || before.get(platform) === digest ? [] : [platform],
  );
}

const platformOf =
  (manifests: Manifests) =>
  ({ digest, platform, size }: Reference): ImagePlatform => {
    const known = manifests.get(digest);
    const named = platform ?? known?.platform;
    return {
      ...(named !== undefined && { platform: named }),
      digest,
      ...sized(digest, known?.size ?? size, manifests),
    };
  };

/** An image of one platform; other artifacts have none. */
function alone(digest: string | undefined, manifest: ManifestFacts | undefined): ImagePlatform[] {
  if (digest === undefined || !manifest?.references || artifactOf(manifest) !== 'image') return [];
  return [platformOf(new Map([[digest, manifest]]))({ digest })];
}

function sized(digest: string, own: number | undefined, manifests: Manifests): { size?: number } {
  const blobs = sizeOf([digest], manifests);
  return blobs === undefined || own === undefined ? {} : { size: blobs + own };
}

/** Distinct blobs of these manifests. Undefined when one of them is not known, or is an index. */
function sizeOf(digests: readonly string[], manifests: Manifests): number | undefined {
  const sizes = new Map<string, number | undefined>();
  for (const digest of digests) {
    const manifest = manifests.get(digest);
    if (!manifest?.references || isIndex(manifest)) return undefined;
    for (const reference of manifest.references) sizes.set(reference.digest, reference.size);
  }
  let sum = 0;
  for (const size of sizes.values()) {
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

/** @returns whether every manifest was known */
function collect(digest: string, manifests: Manifests, into: Set<string>, levels = MOST_LEVELS): boolean {
  into.add(digest);
  const manifest = manifests.get(digest);
  if (!manifest?.references || levels === 0) return false;
  let whole = true;
  for (const reference of manifest.references) {
    if (isIndex(manifest)) whole = collect(reference.digest, manifests, into, levels - 1) && whole;
    else into.add(reference.digest);
  }
  return whole;
}
