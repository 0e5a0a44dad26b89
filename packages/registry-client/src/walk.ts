/**
 * From a digest or tag to everything that an image needs: index, manifests, configurations, layers. Always by
 * digest: a tag is resolved once and may move meanwhile without harm.
 *
 * The walk reads manifests and no layers, one after the other. A child that the registry does not have is said
 * and not an error (sparse indexes are legal); callers that need the whole image check `skipped`.
 */
import type { Descriptor, Platform } from './descriptor.js';
import { isDigest } from './digest.js';
import { embeddedManifest } from './embedded.js';
import { sortEntries } from './entries.js';
import { RegistryError } from './error.js';
import { Findings } from './findings.js';
import type { Manifest } from './manifest.js';
import { platformFrom, platformText, runsNatively } from './platform.js';
import type { Registry } from './port.js';
import { Problems } from './problems.js';
import { findRoot, platformOfRoot } from './root.js';
import { isWanted, type Referrer, referrersTo } from './signatures.js';
import type { SkipReason, Walked, WalkPolicy, WalkStart } from './walk-types.js';
import { blobsOf, isPlainImage, reasonAgainst } from './wanted.js';

/** What a container runtime would pull, and limits that no real image meets. */
export const DEFAULT_POLICY: WalkPolicy = {
  platforms: [],
  attestations: false,
  foreignLayers: false,
  artifacts: 'images',
  referrers: 'none',
  limits: { depth: 4, manifests: 500, blobs: 5000 },
  gap: [250, 500, 1000, 2000, 5000, 15_000, 30_000, 60_000],
};

/** Walks over one image. Rejects with {@link RegistryError} and nothing else. */
export function walk(
  registry: Registry,
  start: WalkStart,
  policy: WalkPolicy,
  signal: AbortSignal,
): Promise<Walked> {
  return new Walk(registry, start, policy, signal).run();
}

/** Where a manifest was met. */
interface Met {
  /** Levels below the root. */
  depth: number;
  platform?: string;
  tag?: string;
  /** It was asked for as a referrer: the policy for artifacts does not matter. */
  referrer?: boolean;
}

class Walk {
  readonly #registry: Registry;
  readonly #start: WalkStart;
  readonly #policy: WalkPolicy;
  readonly #signal: AbortSignal;
  readonly #place: string;
  readonly #findings: Findings;
  readonly #problems = new Problems();
  readonly #note = (error: unknown): boolean => this.#problems.add(error);
  /** Manifests that were seen, and whether they were taken. */
  readonly #seen = new Map<string, boolean>();

  constructor(registry: Registry, start: WalkStart, policy: WalkPolicy, signal: AbortSignal) {
    this.#registry = registry;
    this.#start = start;
    this.#policy = policy;
    this.#signal = signal;
    this.#place = `${registry.host}: ${start.repository}@${start.reference}`;
    this.#findings = new Findings(this.#place, policy.limits);
  }

  async run(): Promise<Walked> {
    const { reference, tag = isDigest(reference) ? undefined : reference } = this.#start;
    const wanted = this.#policy.platforms.map(platformFrom);
    this.#findings.announce(1);
    const root = await findRoot(this.#registry, this.#start, this.#policy.gap, this.#signal);
    const { digest, mediaType, size } = root;
    this.#seen.set(digest, false);
    const platform = wanted.length > 0 ? await this.#platformOf(root) : undefined;
    if (platform && !wanted.some((one) => runsNatively(one, platform))) this.#skip(root, 'platform');
    else if (await this.#visit(root, { depth: 0, platform: platform && platformText(platform), tag })) {
      await this.#referrers();
    }
    const found = this.#findings.result(digest);
    const { problems } = this.#problems;
    return { root: { digest, mediaType, size, ...(tag !== undefined && { tag }) }, ...found, problems };
  }

  #platformOf(root: Manifest): Promise<Platform | undefined> {
    return platformOfRoot(this.#registry, this.#start.repository, root, this.#signal);
  }

  async #visit(manifest: Manifest, met: Met): Promise<boolean> {
    const reason = met.referrer ? undefined : reasonAgainst(manifest, this.#policy);
    if (reason) return this.#skip(manifest, reason);
    const taken = manifest.kind === 'index' ? await this.#index(manifest, met) : this.#image(manifest, met);
    if (taken) this.#findings.addManifest(manifest, met);
    return taken;
  }

  /** An index of which nothing is wanted is not wanted itself. */
  async #index({ manifests }: Manifest, { depth, platform, referrer }: Met): Promise<boolean> {
    const { wanted, skipped } = sortEntries(manifests, this.#policy);
    for (const { descriptor, reason } of skipped) this.#findings.skip(descriptor, reason);
    const unseen = new Set(wanted.map(({ digest }) => digest).filter((digest) => !this.#seen.has(digest)));
    this.#findings.announce(unseen.size);
    if (unseen.size > 0) this.#findings.checkDepth(depth + 1);
    let taken = false;
    for (const entry of wanted) {
      const own = entry.platform ? platformText(entry.platform) : platform;
      if (await this.#child(entry, { depth: depth + 1, platform: own, referrer })) taken = true;
    }
    return taken;
  }

  async #child(entry: Descriptor, met: Met): Promise<boolean> {
    const known = this.#seen.get(entry.digest);
    if (known !== undefined) return known;
    this.#seen.set(entry.digest, false);
    const manifest = await this.#read(entry);
    const taken = manifest !== undefined && (await this.#visit(manifest, met));
    this.#seen.set(entry.digest, taken);
    return taken;
  }

  #image(manifest: Manifest, { platform }: Met): boolean {
    const blobs = blobsOf(manifest, this.#policy);
    if (!blobs) return this.#skip(manifest, 'total');
    for (const blob of blobs.wanted) {
      this.#findings.addBlob(blob.digest === manifest.config?.digest ? 'config' : 'layer', blob, platform);
    }
    for (const { descriptor, reason } of blobs.skipped) this.#findings.skip(descriptor, reason);
    return true;
  }

  /** Undefined, and said, when the registry does not have it or it is no manifest. */
  async #read(entry: Descriptor): Promise<Manifest | undefined> {
    const { digest, size } = entry;
    try {
      const embedded = embeddedManifest(entry, this.#place);
      return (
        embedded ?? (await this.#registry.manifest(this.#start.repository, digest, this.#signal, { size }))
      );
    } catch (error) {
      const kind = error instanceof RegistryError ? error.kind : undefined;
      if (kind !== 'not_found' && kind !== 'unsupported') throw error;
      this.#findings.skip(entry, kind === 'not_found' ? 'missing' : 'type');
      return undefined;
    }
  }

  /** Referrers are extra: what goes wrong with them costs nothing of the image. */
  async #referrers(): Promise<void> {
    for (const digest of this.#findings.manifests) {
      if (!this.#problems.isOver) await this.#referrersOf(digest).catch(this.#note);
    }
  }

  async #referrersOf(digest: string): Promise<void> {
    const subject = { repository: this.#start.repository, digest, policy: this.#policy.referrers };
    const found = await referrersTo(this.#registry, subject, this.#note, this.#signal);
    this.#findings.announce(found.length);
    for (const referrer of found) {
      if (!this.#problems.isOver) await this.#referrer(referrer).catch(this.#note);
    }
  }

  async #referrer({ descriptor, tag }: Referrer): Promise<void> {
    if (this.#seen.has(descriptor.digest)) return;
    this.#seen.set(descriptor.digest, false);
    // Harbor gives the sum of all sizes in place of the manifest's
    const { size: _, ...entry } = descriptor;
    const manifest = await this.#read(entry);
    if (!manifest || (descriptor.artifactType === undefined && isPlainImage(manifest))) return;
    if (isWanted(manifest, this.#policy.referrers)) {
      await this.#visit(manifest, { depth: 1, tag, referrer: true });
    } else this.#skip(manifest, 'artifact');
  }

  #skip({ digest, mediaType, size }: Descriptor, reason: SkipReason): false {
    this.#findings.skip({ digest, mediaType, size }, reason);
    return false;
  }
}
