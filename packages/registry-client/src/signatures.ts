/**
 * What refers to the images that were taken, for clusters that verify signatures when a container starts. Besides
 * the referrers of the specification, the three tags of cosign before it knew those.
 */
import type { Descriptor } from './descriptor.js';
import type { Manifest } from './manifest.js';
import type { Registry } from './port.js';
import { unlessUnknown } from './referrers.js';
import type { WalkPolicy } from './walk-types.js';
import { wantsArtifact } from './wanted.js';

const COSIGN_TAGS = ['sig', 'att', 'sbom'];

/** Something that refers to an image; `tag` when it was found by one. */
export interface Referrer {
  descriptor: Descriptor;
  tag?: string;
}

/**
 * Of one manifest. `onProblem` gets what went wrong with a part of the search, and returns whether the search
 * continues; what it throws ends it.
 */
export async function referrersTo(
  registry: Registry,
  { repository, digest, policy }: { repository: string; digest: string; policy: WalkPolicy['referrers'] },
  onProblem: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<Referrer[]> {
  if (policy === 'none') return [];
  const found: Referrer[] = [];
  try {
    const listed = await registry.referrers(repository, digest, signal);
    const wanted = listed.filter(({ artifactType }) => wantsArtifact(policy, artifactType));
    found.push(...wanted.map((descriptor) => ({ descriptor })));
  } catch (error) {
    if (!onProblem(error)) return found;
  }
  for (const ending of COSIGN_TAGS) {
    const tag = `${digest.replace(':', '-')}.${ending}`;
    try {
      const descriptor = await registry.resolve(repository, tag, signal).catch(unlessUnknown);
      if (descriptor) found.push({ descriptor: { digest: descriptor.digest }, tag });
    } catch (error) {
      if (!onProblem(error)) return found;
    }
  }
  return found;
}

/** Cosign's manifests look like images; what they are is in the types of their layers. */
export function isWanted(
  { artifactType, config, layers }: Manifest,
  policy: WalkPolicy['referrers'],
): boolean {
  return wantsArtifact(policy, artifactType, config?.mediaType, ...layers.map(({ mediaType }) => mediaType));
}
