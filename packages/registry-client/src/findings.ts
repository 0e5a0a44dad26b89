/**
 * What a walk has found so far: each digest once, blobs apart from manifests, never more than the limits.
 */
import type { Descriptor } from './descriptor.js';
import { RegistryError } from './error.js';
import type { Manifest } from './manifest.js';
import type { Skipped, SkipReason, WalkedItem, WalkPolicy } from './walk-types.js';

/** Of one walk. `place` is for messages. */
export class Findings {
  readonly #place: string;
  readonly #limits: WalkPolicy['limits'];
  readonly #blobs = new Map<string, WalkedItem>();
  readonly #manifests = new Map<string, WalkedItem>();
  readonly #platforms = new Set<string>();
  readonly #skipped: Skipped[] = [];
  #announced = 0;

  constructor(place: string, limits: WalkPolicy['limits']) {
    this.#place = place;
    this.#limits = limits;
  }

  /** So many manifests are about to be read. Throws `limit`, before the first of them is. */
  announce(manifests: number): void {
    this.#announced += manifests;
    this.#check('manifests', this.#announced);
  }

  /** Throws `limit`. `depth`: levels below the root. */
  checkDepth(depth: number): void {
    this.#check('depth', depth);
  }

  /** What is left out is kept and shown too, so there is a limit of it: no more than all that may be taken. Throws `limit`. */
  skip(descriptor: Descriptor, reason: SkipReason): void {
    this.#skipped.push({ descriptor, reason });
    const most = this.#limits.manifests + this.#limits.blobs;
    if (this.#skipped.length > most) throw this.#beyond(`more than ${most} skipped parts`);
  }

  /** After all that it points at. */
  addManifest(
    { kind, digest, size, mediaType }: Manifest,
    { platform, tag }: Pick<WalkedItem, 'platform' | 'tag'>,
  ): void {
    const role = kind === 'index' ? 'index' : 'manifest';
    const more = { ...(platform && { platform }), ...(tag !== undefined && { tag }) };
    this.#manifests.set(digest, { role, digest, size, mediaType, ...more });
    if (platform) this.#platforms.add(platform);
  }

  /** A blob that belongs to images of several platforms belongs to none in particular. */
  addBlob(role: 'config' | 'layer', { digest, size, mediaType }: Descriptor, platform?: string): void {
    const known = this.#blobs.get(digest);
    const shared = known !== undefined && known.platform !== platform;
    const { platform: _, ...item } = known ?? {
      role,
      digest,
      ...(size !== undefined && { size }),
      ...(mediaType && { mediaType }),
    };
    this.#blobs.set(digest, shared || !platform ? item : { ...item, platform });
    this.#check('blobs', this.#blobs.size);
  }

  /** Manifests and indexes that were taken. */
  get manifests(): readonly string[] {
    return [...this.#manifests.keys()];
  }

  /** Blobs, then manifests, the root last. */
  result(root: string): { items: WalkedItem[]; skipped: Skipped[]; platforms: string[]; bytes: number } {
    const last = this.#manifests.get(root);
    const others = [...this.#manifests.values()].filter((item) => item !== last);
    const items = last ? [...this.#blobs.values(), ...others, last] : [];
    const bytes = items.reduce((sum, { size = 0 }) => sum + size, 0);
    return { items, skipped: this.#skipped, platforms: [...this.#platforms], bytes };
  }

  #check(what: keyof WalkPolicy['limits'], found: number): void {
    const most = this.#limits[what];
    if (found <= most) return;
    const said = what === 'depth' ? `indexes nested deeper than ${most}` : `more than ${most} ${what}`;
    throw this.#beyond(said);
  }

  #beyond(said: string): RegistryError {
    return new RegistryError('limit', `${this.#place}: ${said}, the limit`);
  }
}
