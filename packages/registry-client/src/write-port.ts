/** The face of a registry that is written to. Those who only read have {@link Registry}. */
import type { Descriptor } from './descriptor.js';
import type { Registry } from './port.js';

/** How a blob is uploaded. */
export interface UploadOptions {
  signal: AbortSignal;
  /** Reads the blob's bytes from `from` up to `to`, which is not among them. */
  read(from: number, to: number): Promise<Buffer>;
  /** A repository of the same registry that has the blob: it is mounted from there where the registry can. */
  mountFrom?: string;
  /** What {@link keep} was given last, by this process or another one. An unreadable one counts as none. */
  resume?: string;
  /** Called after each chunk, with what it takes to continue there. It contains the URL of the upload. */
  keep?(state: string): Promise<void>;
  /** Called as bytes are taken by the registry. */
  onBytes?(bytes: number): void;
  /** Bytes of a chunk; a smaller blob is sent in one piece. Default 32 MiB. */
  chunkBytes?: number;
}

/** A manifest as it is pushed: bytes and type are not changed. */
export type PushedManifest = Pick<Descriptor, 'digest'> & { mediaType: string; body: Buffer };

/** Each method makes one attempt, and rejects with `RegistryError` and nothing else. */
export interface WritableRegistry extends Registry {
  /** Is the blob in this repository? */
  hasBlob(repository: string, digest: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Mounts or uploads a blob. The registry compares the digest before it takes it. Holds one chunk in memory.
   * @returns whether it was mounted; otherwise it was uploaded
   */
  upload(
    repository: string,
    blob: { digest: string; size: number },
    options: UploadOptions,
  ): Promise<{ mounted: boolean }>;
  /**
   * Pushes a manifest under its digest, or under a tag. What it refers to has to be there. A manifest with a subject
   * is listed among the referrers of that, by the fallback tag where the registry does not do so itself.
   */
  putManifest(repository: string, manifest: PushedManifest, signal: AbortSignal, tag?: string): Promise<void>;
  /** Deletes a tag, or the manifest of a digest with all its tags. False when it is not there. */
  deleteManifest(repository: string, reference: string, signal: AbortSignal): Promise<boolean>;
}
