/**
 * The registry that is written to, as a target: children before parents, the tag last, and only if it still names
 * that image at the source. Nothing is sent that is there already.
 */
import type { Registry } from '@longshore/registry-client';
import {
  openWritableRegistry,
  type PushedManifest,
  type WritableRegistry,
} from '@longshore/registry-client/write';
import type { PreheatMemory } from '../preheat/memory.js';
import { failed } from '../preheat/targets/failure.js';
import { fieldsOf, parsed, textOf } from '../preheat/targets/handle.js';
import { stagesOf } from '../preheat/targets/pull-through/stages.js';
import type {
  BlobTarget,
  Settled,
  WarmCall,
  WarmImage,
  WarmItem,
  Warmth,
} from '../preheat/targets/target.js';
import { failureFrom } from './failure.js';
import { filtered } from './filtered.js';
import { unlessMissing } from './missing.js';
import type { CopySinkOptions } from './options.js';
import { standingOf } from './standing.js';

/** Milliseconds for which it is known which repository has a blob, so that others can mount it. */
const PLACE_KEPT_MS = 30 * 24 * 3_600_000;
/** Milliseconds for which it is known what was copied, so that it may be deleted. */
const COPIED_KEPT_MS = 5 * 365 * 24 * 3_600_000;
/** Milliseconds until a tag that may still be written is looked at again. */
const UNSURE_MS = 1_000;

const SUPERSEDED: Settled = { state: 'skipped', reason: 'superseded' };

/** How what was copied is noted, for deletes. */
export const copiedNote = (repository: string, reference: string): string =>
  `copied ${repository} ${reference}`;

type Given = Pick<CopySinkOptions, 'target' | 'userAgent' | 'memory' | 'policy' | 'deletes'>;

/** One part of one image. */
interface Part {
  source: Registry;
  image: WarmImage;
  item: WarmItem;
  /** At the target. */
  repository: string;
  call: WarmCall;
}

/** See the header. */
export class RegistryTarget implements BlobTarget {
  readonly unit = 'blob';
  readonly ordered = true;
  readonly name: string;
  readonly registry: WritableRegistry;
  readonly #memory: PreheatMemory;

  constructor(private readonly options: Given) {
    const { url, auth, tls, egress, trust, proxy, timeout, trusted, manifestBytes } = options.target;
    const target = { url, auth, tls, egress, trust, proxy, timeout, trusted, manifestBytes };
    this.registry = openWritableRegistry({ ...target, userAgent: options.userAgent });
    this.name = this.registry.host;
    this.#memory = options.memory;
  }

  /** Name of a repository at the target. */
  repositoryOf(repository: string): string {
    const { prefix, repository: given } = this.options.target;
    return given ?? `${prefix}${repository}`;
  }

  stages(image: WarmImage): readonly (readonly WarmItem[])[] {
    return stagesOf(image);
  }

  /** A blob is uploaded once for all repositories, and a tag is looked at and written by one at a time. */
  claim({ repository, tag, digest }: WarmImage, item: WarmItem): { part: string; fresh: boolean } {
    const target = this.repositoryOf(repository);
    if (item.role === 'config' || item.role === 'layer') return { part: item.digest, fresh: false };
    if (item.digest === digest && tag) return { part: `${target}:${this.#tagOf(tag)}`, fresh: true };
    return { part: `${target}@${item.digest}`, fresh: false };
  }

  async warm(image: WarmImage, item: WarmItem, call: WarmCall): Promise<Warmth> {
    const { source } = image;
    if (!source) return failed('unsupported', 'the image cannot be read', { retryable: false });
    if (call.signal.aborted) return { state: 'aborted' };
    let { handle } = call;
    const keep = async (state: string): Promise<void> => {
      handle = state;
      await call.keep?.(state);
    };
    const part = {
      source,
      image,
      item,
      repository: this.repositoryOf(image.repository),
      call: { ...call, keep },
    };
    try {
      if (item.role === 'config' || item.role === 'layer') return await this.#blob(part);
      return item.digest === image.digest ? await this.#root(part) : await this.#manifest(part);
    } catch (error) {
      return failureFrom(error, handle);
    }
  }

  close(): Promise<void> {
    return this.registry.close();
  }

  async #blob({ source, image, item, repository, call }: Part): Promise<Settled> {
    const { digest } = item;
    const { signal, onBytes, keep, handle } = call;
    const place = `blob ${digest}`;
    if (await this.registry.hasBlob(repository, digest, signal)) {
      await this.#memory.note(place, repository, PLACE_KEPT_MS);
      return { state: 'already', verified: true };
    }
    if (image.tag && (await this.#standing(source, image, signal)) === 'moved') return SUPERSEDED;
    const head = { signal, method: 'HEAD' } as const;
    const size = item.size ?? (await source.drain(image.repository, { digest }, head)).bytes;
    const mountFrom = await this.#memory.noted(place);
    const { mounted } = await this.registry.upload(
      repository,
      { digest, size },
      {
        ...{ signal, onBytes, keep, chunkBytes: this.options.target.chunkBytes },
        ...(handle && { resume: handle }),
        ...(mountFrom !== undefined && mountFrom !== repository && { mountFrom }),
        read: (from, to) => source.slice(image.repository, digest, { from, to }, signal),
      },
    );
    await this.#memory.note(place, repository, PLACE_KEPT_MS);
    return {
      state: 'warmed',
      bytes: mounted ? 0 : size,
      verified: true,
      ...(mounted && { detail: 'mounted' }),
    };
  }

  async #manifest(part: Part): Promise<Settled> {
    const { item, repository, call } = part;
    const manifest = await this.#read(part);
    const isNew = await this.#push(repository, manifest, call.signal);
    const isTagged =
      item.tag !== undefined && (await this.#push(repository, manifest, call.signal, item.tag));
    return settled(isNew || isTagged, manifest);
  }

  /** Under its digest, then under its tag. */
  async #root(part: Part): Promise<Warmth> {
    const { source, image, repository, call } = part;
    const { signal } = call;
    const manifest = await this.#read(part);
    const isNew = await this.#push(repository, manifest, signal);
    const tag = this.#tagOf(image.tag);
    if (tag === undefined) return settled(isNew, manifest);
    const standing = image.tag ? await this.#standing(source, image, signal) : 'stands';
    if (standing === 'moved') return SUPERSEDED;
    if (standing === 'unsure') {
      const detail = 'the source does not have the tag yet, or has another image there';
      return { state: 'pending', pollAt: Date.now() + UNSURE_MS, handle: '', detail };
    }
    const isTagged = await this.#push(repository, manifest, signal, tag);
    const { digest } = await this.registry.resolve(repository, tag, signal);
    if (digest === manifest.digest) return settled(isNew || isTagged, manifest);
    const detail = `${this.name}: ${repository}:${tag} is ${digest} although ${manifest.digest} was pushed; is the tag immutable there, or written by others?`;
    return failed('incomplete', detail);
  }

  #tagOf(tag: string | undefined): string | undefined {
    return this.options.target.tag ?? tag;
  }

  /** False when it is there already. */
  async #push(
    repository: string,
    manifest: PushedManifest,
    signal: AbortSignal,
    tag?: string,
  ): Promise<boolean> {
    const reference = tag ?? manifest.digest;
    const found = await this.registry.resolve(repository, reference, signal).catch(unlessMissing);
    const isNew = found?.digest !== manifest.digest;
    // Before it is written: a crash in between must not forget it. What others put there is not ours to delete.
    if (isNew && this.options.deletes) {
      await this.#memory.note(copiedNote(repository, reference), manifest.digest, COPIED_KEPT_MS);
    }
    if (isNew || (tag === undefined && !(await this.#isListed(repository, manifest, signal)))) {
      await this.registry.putManifest(repository, manifest, signal, tag);
    }
    return isNew;
  }

  /** A crash between a push and its listing, or two who listed at once, leave it without: then it is pushed again. */
  async #isListed(
    repository: string,
    { digest, body }: PushedManifest,
    signal: AbortSignal,
  ): Promise<boolean> {
    const subject = textOf(fieldsOf(fieldsOf(parsed(String(body)))?.subject)?.digest);
    if (subject === undefined) return true;
    const listed = await this.registry.referrers(repository, subject, signal);
    return listed.some((one) => one.digest === digest);
  }

  async #read({ source, image, item, call: { signal } }: Part): Promise<PushedManifest> {
    const { repository, items } = image;
    const manifest = await source.manifest(repository, item.digest, signal, { size: item.size });
    if (this.options.policy.platforms.length === 0) return manifest;
    const copied = new Set(items.map(({ digest }) => digest));
    return filtered(manifest, { registry: source, repository, copied, signal });
  }

  #standing(source: Registry, image: WarmImage, signal: AbortSignal) {
    return standingOf(source, { ...image, receivedAt: image.receivedAt ?? 0 }, signal);
  }
}

function settled(isNew: boolean, { body }: PushedManifest): Settled {
  return isNew
    ? { state: 'warmed', bytes: body.length, verified: true }
    : { state: 'already', verified: true };
}
