/**
 * Which entries of an index are wanted. Nothing in an index is an error: the specification says that unknown
 * types in it are to be passed over, and what is passed over is said.
 */
import type { Descriptor } from './descriptor.js';
import { MANIFEST_TYPES } from './manifest.js';
import { bestFor, platformFrom } from './platform.js';
import type { Skipped, SkipReason, WalkPolicy } from './walk-types.js';
import { wantsArtifact } from './wanted.js';

/** Every entry is in one of the two. */
export interface Sorted {
  wanted: Descriptor[];
  skipped: Skipped[];
}

/** By the policy. */
export function sortEntries(entries: readonly Descriptor[], policy: WalkPolicy): Sorted {
  const reasons = new Map<Descriptor, SkipReason>();
  for (const entry of entries) {
    const reason = reasonToSkip(entry, policy);
    if (reason) reasons.set(entry, reason);
  }
  const left = entries.filter((entry) => !reasons.has(entry));
  const fitting = fittingOf(
    left.filter((entry) => !isAttestation(entry)),
    policy.platforms,
  );
  const digests = new Set([...fitting].map(({ digest }) => digest));
  for (const entry of left) {
    const isOfTaken = policy.whole || isOf(entry, digests);
    if (fitting.has(entry) || (isAttestation(entry) && isOfTaken)) continue;
    reasons.set(entry, isAttestation(entry) ? 'attestation' : 'platform');
  }
  return {
    wanted: entries.filter((entry) => !reasons.has(entry)),
    skipped: [...reasons].map(([descriptor, reason]) => ({ descriptor, reason })),
  };
}

/** BuildKit's mark ("image attestation storage"). */
function isAttestation({ annotations }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

function reasonToSkip(entry: Descriptor, policy: WalkPolicy): SkipReason | undefined {
  const { mediaType, platform, artifactType } = entry;
  if (isAttestation(entry)) return policy.attestations ? undefined : 'attestation';
  // without a type it may be a manifest; its body will say
  const kind = mediaType === undefined ? 'manifest' : MANIFEST_TYPES.get(mediaType);
  if (kind === undefined) return 'type';
  if (kind === 'schema1') return 'schema1';
  if (artifactType !== undefined && !wantsArtifact(policy.artifacts, artifactType)) return 'artifact';
  if (policy.whole) return undefined;
  return platform && (platform.os === 'unknown' || platform.architecture === 'unknown')
    ? 'platform'
    : undefined;
}

/** An entry without a platform fits every one. */
function fittingOf(entries: readonly Descriptor[], platforms: readonly string[]): Set<Descriptor> {
  if (platforms.length === 0) return new Set(entries);
  const best = platforms.flatMap((text) => bestFor(platformFrom(text), entries));
  return new Set([...best, ...entries.filter(({ platform }) => !platform)]);
}

/** An attestation names its image; one that names none is taken with any. */
function isOf({ annotations }: Descriptor, images: ReadonlySet<string>): boolean {
  const image = annotations?.['vnd.docker.reference.digest'];
  return image === undefined || images.has(image);
}
