/** A registry that is written to: the client that reads it, and what only those need who push. */
import { type Attached, attach } from './attach.js';
import { reasonIn } from './body.js';
import { Client } from './client.js';
import { isOfSameAlgorithm } from './digest.js';
import { RegistryError } from './error.js';
import { manifestOf } from './manifest.js';
import type { RegistryOptions } from './port.js';
import { checkDigest, checkReference, checkRepository } from './reference.js';
import { Session } from './session.js';
import { Upload } from './upload.js';
import type { PushedManifest, UploadOptions, WritableRegistry } from './write-port.js';

/** Opens a registry to write to it. Nothing is sent before something is asked. Throws {@link RegistryError} for options that cannot be used. */
export function openWritableRegistry(options: RegistryOptions): WritableRegistry {
  return new Writer(options, new Session(options, { writes: true }));
}

class Writer extends Client implements WritableRegistry {
  readonly #session: Session;
  /** By repository and subject: the last write of its fallback tag, which two at once would make incomplete. */
  readonly #attaching = new Map<string, Promise<void>>();

  constructor(options: RegistryOptions, session: Session) {
    super(options, session);
    this.#session = session;
  }

  async hasBlob(repository: string, digest: string, signal: AbortSignal): Promise<boolean> {
    checkRepository(repository);
    checkDigest(digest);
    const question = { repository, path: `blobs/${digest}`, method: 'HEAD', signal } as const;
    return this.#session.ask(question, async () => true).catch(unlessMissing);
  }

  async upload(
    repository: string,
    blob: { digest: string; size: number },
    options: UploadOptions,
  ): Promise<{ mounted: boolean }> {
    checkRepository(repository);
    checkDigest(blob.digest);
    return new Upload(this.#session, repository, blob, options).run();
  }

  async putManifest(
    repository: string,
    manifest: PushedManifest,
    signal: AbortSignal,
    tag?: string,
  ): Promise<void> {
    checkRepository(repository);
    const { digest, mediaType: type, body } = manifest;
    const reference = tag ?? digest;
    checkReference(reference);
    const content = { bytes: body, type };
    const path = `manifests/${reference}`;
    const question = { repository, path, method: 'PUT', content, accepts: [200, 201], signal } as const;
    const listed = await this.#session.ask(question, async (answer, place) => {
      await reasonIn(answer);
      const kept = answer.headers['docker-content-digest'];
      if (typeof kept === 'string' && kept !== digest && isOfSameAlgorithm(kept, digest)) {
        throw new RegistryError('digest', `${place}: pushed ${digest}, the registry reports ${kept}`);
      }
      return answer.headers['oci-subject'] !== undefined;
    });
    const { subject } = manifestOf(body, digest, true, this.host);
    if (subject !== undefined && !listed) await this.#attach({ repository, manifest, subject }, signal);
  }

  async #attach(what: Attached, signal: AbortSignal): Promise<void> {
    const key = `${what.repository} ${what.subject}`;
    const before = this.#attaching.get(key) ?? Promise.resolve();
    const own = before.catch(() => {}).then(() => attach(this, what, signal));
    this.#attaching.set(key, own);
    try {
      await own;
    } finally {
      if (this.#attaching.get(key) === own) this.#attaching.delete(key);
    }
  }

  async deleteManifest(repository: string, reference: string, signal: AbortSignal): Promise<boolean> {
    checkRepository(repository);
    checkReference(reference);
    const path = `manifests/${reference}`;
    const question = { repository, path, method: 'DELETE', accepts: [200, 202, 204], signal } as const;
    const deleted = async (): Promise<boolean> => true;
    return this.#session.ask(question, deleted).catch(unlessMissing);
  }
}

function unlessMissing(error: unknown): false {
  if (error instanceof RegistryError && error.kind === 'not_found') return false;
  throw error;
}
