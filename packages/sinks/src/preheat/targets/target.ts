/**
 * The port of the targets: what is to be warmed, and the result of one call.
 *
 * A target never waits for remote work: it returns `pending` with the time of the next check, and
 * the caller calls again with the handle. It never retries, never logs, never throws, and does not limit how
 * many calls run at once: the caller does. It remembers nothing between calls that it needs: that is the handle.
 */
import type { Reason } from '@longshore/event';
import type { Registry } from '@longshore/registry-client';

/** One thing to warm, as the walk found it. */
export interface WarmItem {
  /** `index`: an OCI index or a manifest list. `manifest`: the manifest of one image. */
  role: 'index' | 'manifest' | 'config' | 'layer';
  /** `sha256:…` */
  digest: string;
  /** Bytes, as the descriptor says. */
  size?: number;
  mediaType?: string;
  /** `linux/arm64/v8`: the image of the index that this belongs to. Absent when it belongs to several. */
  platform?: string;
  /** Of a manifest that was found by it: a signature of cosign, say. */
  tag?: string;
}

/** An image after its walk. */
export interface WarmImage {
  /** `team/app`, without a host. */
  repository: string;
  /** Of the event; absent for a push by digest. */
  tag?: string;
  /** Of the root: the index, or the manifest when there is no index. Always one of the items. */
  digest: string;
  /** Base URL of the registry that the image was pushed to: `https://registry.example.com`. */
  registry: string;
  /** The registry itself, for a target that bytes are written to. */
  source?: Registry;
  /** Epoch milliseconds at which the event was received. */
  receivedAt?: number;
  /** In the order of the walk, root first; each digest once. */
  items: readonly WarmItem[];
  /** Of the manifests that were walked: `linux/arm64/v8`. Empty when the image names none. */
  platforms: readonly string[];
  /**
   * An `Authorization` value with which this repository can be pulled, for a target that pulls from the registry by
   * itself; undefined when the registry needs none. A token that was issued for this repository; rejects where the
   * registry takes only the password or the configured token, unless `lasting` is set.
   */
  registryAuthorization?(options: { lasting: boolean }): Promise<string | undefined>;
}

/**
 * Why warming failed. A closed set: it becomes a metric label. Besides the reasons of any HTTP exchange:
 * `absent`: the target does not find it where it looks. `incomplete`: the target says that it is done, and it
 * is not. `digest`: the bytes are others than the digest says. `platform`: the image has none that fits.
 * `job`: the target's own work ended as failed. `overdue`: it took longer than such work may.
 * `unsupported`: the target cannot take such a thing. `credentials`: they could not be obtained.
 * `answer`: an answer that cannot be understood.
 */
export type WarmReason =
  | Reason
  | 'absent'
  | 'incomplete'
  | 'digest'
  | 'platform'
  | 'job'
  | 'overdue'
  | 'unsupported'
  | 'credentials'
  | 'answer';

/**
 * Why nothing was asked for, and nothing had to be. `manifest`: the target keeps blobs only.
 * `blob`: the target fetches blobs by itself once it knows the manifest. `index`: it takes no index, only the
 * manifests of it. `superseded`: the tag names another image by now.
 */
export type SkipReason = 'manifest' | 'blob' | 'index' | 'superseded';

/** It is not warm, and why. */
export interface Failed {
  state: 'failed';
  reason: WarmReason;
  /** One line for people: where, what happened, what to do next. Holds no secret. */
  detail: string;
  /** The same call may go better later. */
  retryable: boolean;
  /** Epoch milliseconds before which another try makes no sense, or is not wanted. */
  notBefore?: number;
  /** To be given to the next call, as that of {@link Pending}. */
  handle?: string;
}

/** The target is still working. */
export interface Pending {
  state: 'pending';
  /** Epoch milliseconds of the next check. */
  pollAt: number;
  /** To be given to the next call. Outlives the process, holds no secret; some bytes for each manifest. */
  handle: string;
  /** Why the last check had no result, for operators. */
  detail?: string;
}

/** Stopped by the signal or {@link Closable.close}: not a failure, and no attempt. */
export interface Aborted {
  state: 'aborted';
}

/** What became of one item. */
export type Settled =
  /**
   * It was fetched. `bytes`: how much. `verified`: the target was seen to have it, or the digest was compared.
   * `detail`: what people should know although it went well.
   */
  | { state: 'warmed'; bytes?: number; verified: boolean; detail?: string }
  /** The target had it before. */
  | { state: 'already'; bytes?: number; verified: boolean; detail?: string }
  /** The target took the request and offers no way to see what came of it. Not to be remembered as warm. */
  | { state: 'asked' }
  | { state: 'skipped'; reason: SkipReason }
  | Failed;

/** The result of one call for one item. */
export type Warmth = Settled | Pending | Aborted;

/** The result of one call for a whole image. `settled` has an entry for every item, by digest. */
export type ImageWarmth =
  | { state: 'settled'; items: ReadonlyMap<string, Settled> }
  /** Nothing is known of any item. */
  | Failed
  | Pending
  | Aborted;

/** What goes with one call beside what it is to warm. */
export interface WarmCall {
  /** Of the last answer, when that was `pending`. An unreadable one counts as none: the work starts again. */
  handle?: string;
  /**
   * Shutdown: once it is aborted, the call ends at once as `aborted`; or as `pending`, when it has begun work that
   * must not be begun twice.
   */
  signal: AbortSignal;
  /** Keeps a handle while the call continues, for the one that continues after a crash. Rejects when that is not possible. */
  keep?(handle: string): Promise<void>;
  /** Called for each piece of an item that comes here, with its length in bytes. Not every target reports it. */
  onBytes?: (bytes: number) => void;
}

interface Closable {
  /** The target's name in the configuration. */
  readonly name: string;
  /** Ends calls in flight as `aborted`; resolves when no connection is left. May be called twice. */
  close(): Promise<void>;
}

/** A target that is asked for one item at a time. */
export interface BlobTarget extends Closable {
  readonly unit: 'blob';
  /** A stage begins only when all of the one before went well. */
  readonly ordered?: boolean;
  /**
   * The items in the order in which they are to be asked for: all of one stage are done, warm or not, before
   * the next begins. Within a stage any number may run at once.
   */
  stages(image: WarmImage): readonly (readonly WarmItem[])[];
  /**
   * What may be asked for once at a time, over all images. `fresh`: what an earlier run did does not count. Without:
   * the item in its repository.
   */
  claim?(image: WarmImage, item: WarmItem): { part: string; fresh: boolean };
  /** Neither throws nor rejects. `item` is one of the image's. */
  warm(image: WarmImage, item: WarmItem, call: WarmCall): Promise<Warmth>;
}

/** A target that is asked for a whole image. */
export interface ImageTarget extends Closable {
  readonly unit: 'image';
  /** Neither throws nor rejects. */
  warm(image: WarmImage, call: WarmCall): Promise<ImageWarmth>;
}

/** Some take an image blob by blob, others as a whole. */
export type Target = BlobTarget | ImageTarget;
