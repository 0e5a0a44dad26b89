/**
 * The policy and the result of a walk.
 */
import type { Descriptor } from './descriptor.js';

/** What of an image is wanted. The defaults in {@link DEFAULT_POLICY} are what a container runtime pulls. */
export interface WalkPolicy {
  /**
   * `os/arch[/variant]`, with a Windows version as `windows(10.0.20348)/amd64`. Empty: every one that is not
   * `unknown`. For each of these the best of the index is taken, as containerd does (`linux/arm64` takes `v8`).
   */
  platforms: readonly string[];
  /** All that an index lists, also of unknown platforms: a copy of it has to be complete. Default false. */
  whole?: boolean;
  /** BuildKit's attestations of the images that are taken. Default false: no runtime pulls them. */
  attestations: boolean;
  /** Layers that need not be in the registry ("nondistributable", "foreign"). Default false. */
  foreignLayers: boolean;
  /** Manifests that are no images: none, all, or those of these artifact types. Default `images`. */
  artifacts: 'images' | 'all' | readonly string[];
  /** What refers to the root and its images (signatures, SBOMs): none, all, or these artifact types. Default `none`. */
  referrers: 'none' | 'all' | readonly string[];
  /** Bytes; layers below or above are left out. */
  minBlobSize?: number;
  maxBlobSize?: number;
  /** Bytes; an image whose layers and config are more in sum is left out whole. */
  maxTotal?: number;
  /** What no image has; beyond it the walk fails as `limit`. `depth`: levels below the root. */
  limits: { depth: number; manifests: number; blobs: number };
  /**
   * Milliseconds to wait before each further try to find the root. A registry sends its event before the
   * manifest can be read everywhere. Empty: a missing root is `not_found` at once.
   */
  gap: readonly number[];
}

/** One thing that the image needs. */
export interface WalkedItem {
  /** `index`: an OCI index or docker list. Index and manifest are asked for as manifests, the others as blobs. */
  role: 'index' | 'manifest' | 'config' | 'layer';
  digest: string;
  /** Bytes, where the descriptor says. */
  size?: number;
  mediaType?: string;
  /** `linux/arm64/v8`. Absent when it belongs to several, or to one without a platform. */
  platform?: string;
  /** Of a manifest that was found by its tag: to be asked for by it as well, where the tag is to be kept. */
  tag?: string;
}

/**
 * Why something was left out. `platform`: not wanted. `missing`: the index names it, the registry does not have
 * it. `type`: an index's entry that is no manifest. `size`, `total`: the policy's sizes. `schema1`: docker's old
 * form, which runtimes no longer pull.
 */
export type SkipReason =
  | 'platform'
  | 'attestation'
  | 'artifact'
  | 'foreign'
  | 'size'
  | 'total'
  | 'type'
  | 'schema1'
  | 'missing';

/** Something that was left out, and why. */
export interface Skipped {
  descriptor: Descriptor;
  reason: SkipReason;
}

/** Why something that refers to the image was not found or not read. It costs the image nothing. */
export interface WalkProblem {
  /** One line; names the place, what happened and the next step. */
  detail: string;
  /** The same walk may find it later. */
  retryable: boolean;
  /** Epoch milliseconds before which another try is not wanted. */
  notBefore?: number;
}

/** An image after its walk. */
export interface Walked {
  /** `tag` when the walk began with one. */
  root: Descriptor & { tag?: string };
  /**
   * Each digest once: blobs first, then manifests, an index after what it points at, the root last. Warmed in
   * this order, a manifest is never in a cache before what it needs. Empty when nothing of it is wanted.
   */
  items: readonly WalkedItem[];
  skipped: readonly Skipped[];
  /** Of the search for referrers. Empty when all of them were found. */
  problems: readonly WalkProblem[];
  /** The platforms of the images that were taken: `linux/arm64/v8`. */
  platforms: readonly string[];
  /** Sum of the items' sizes, as far as the descriptors say. */
  bytes: number;
}

/** Where a walk begins. */
export interface WalkStart {
  repository: string;
  /** Digest or tag. A digest is better: the registry writes the tag after it sent the event. */
  reference: string;
  /** Only for the record in {@link Walked.root}, when `reference` is a digest. */
  tag?: string;
}
