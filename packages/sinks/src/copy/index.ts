/**
 * Copies the image of an event to another registry. The engine is that of preheating; the target is one that is
 * written to. See docs/copy.md.
 */
import type { Delivery } from '@longshore/event';
import { openRegistry, type Registry } from '@longshore/registry-client';
import { failureOf } from '../preheat/failure.js';
import { ImageSink } from '../preheat/index.js';
import { joined } from '../preheat/joined-signal.js';
import type { WantedImage } from '../preheat/options.js';
import type { Attempt, AttemptResult, SendResult, Sink } from '../sink.js';
import { deleteCopy } from './deletion.js';
import type { CopySinkOptions } from './options.js';
import { standingOf } from './standing.js';
import { RegistryTarget } from './target.js';

/** Opens no connection yet. Throws `RegistryError` for a url that is none. */
export function openCopySink(options: CopySinkOptions): Sink {
  return new CopySink(options);
}

class CopySink implements Sink {
  readonly #images: ImageSink;
  readonly #target: RegistryTarget;
  readonly #source: Registry;
  readonly #closing = new AbortController();

  constructor(private readonly options: CopySinkOptions) {
    const { registry, target, userAgent } = options;
    const { hosts: _, concurrency: __, ...source } = registry;
    this.#source = openRegistry({ ...source, userAgent });
    this.#target = new RegistryTarget(options);
    const open = { target: this.#target, limit: target.concurrency, shared: true };
    const engine = { ...options, window: 0, dryrun: false, copies: true, ...(!options.any && { unwanted }) };
    this.#images = new ImageSink(engine, [open]);
  }

  async send(deliveries: readonly Delivery[], attempt: Attempt): Promise<SendResult[]> {
    const results: SendResult[] = [];
    for (const delivery of deliveries) results.push(await this.#sendOne(delivery, attempt));
    return results;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#images.close(), this.#source.close()]);
  }

  async #sendOne(delivery: Delivery, attempt: Attempt): Promise<SendResult> {
    if (delivery.view.action === 'delete') return this.#delete(delivery, attempt);
    const [result = 'unsent'] = await this.#images.send([delivery], attempt);
    return result;
  }

  async #delete(delivery: Delivery, attempt: Attempt): Promise<AttemptResult> {
    const { signal, release } = joined(attempt.signal, this.#closing.signal);
    const { memory, appearsWithin } = this.options;
    const given = { source: this.#source, target: this.#target, memory };
    try {
      if (signal.aborted) return 'aborted';
      return await deleteCopy(delivery, given, signal);
    } catch (error) {
      const age = Date.now() - delivery.receivedAt;
      return failureOf(error, { age, appearsWithin, block: 'copy' });
    } finally {
      release();
    }
  }
}

/** A tag may have moved by now. Without a tag only what refers to another manifest is of use by itself. */
async function unwanted(
  image: WantedImage,
  registry: Registry,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (image.tag !== undefined) {
    const standing = await standingOf(registry, image, signal);
    return standing === 'moved' ? 'superseded: the tag names another image by now' : undefined;
  }
  const { subject } = await registry.manifest(image.repository, image.digest, signal);
  return subject === undefined
    ? 'pushed without a tag, and refers to no other manifest: it is copied with the index or tag that names it'
    : undefined;
}
