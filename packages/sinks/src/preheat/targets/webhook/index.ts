/**
 * Posts the result of the walk to any URL: for a system that warms images and has no target kind of its own here.
 *
 * 2xx means that the receiver takes over; nothing is known of the items after that. The body holds no
 * credentials of the registry: who pulls from it has its own.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import { refusedBy, type TargetHttp } from '../http.js';
import { openSingle } from '../single.js';
import type { ImageTarget, ImageWarmth, WarmCall, WarmImage } from '../target.js';
import type { WebhookOptions } from './settings.js';

/** Opens no connection. */
export function open(options: WebhookOptions, clock: Clock): ImageTarget {
  return new Webhook(options, clock);
}

class Webhook implements ImageTarget {
  readonly unit = 'image';
  readonly name: string;
  readonly #http: TargetHttp;
  readonly #url: URL | undefined;
  readonly #problem: string | undefined;

  constructor(
    options: WebhookOptions,
    private readonly clock: Clock,
  ) {
    const { http, base } = openSingle(options);
    this.name = options.name;
    this.#http = http;
    if ('problem' in base) this.#problem = base.problem;
    else this.#url = withQuery(base.url, options.url);
  }

  async warm(image: WarmImage, { signal }: WarmCall): Promise<ImageWarmth> {
    if (this.#url === undefined) return failed('url', this.#problem ?? 'the target has no url');
    const reply = await this.#http.ask(
      {
        method: 'POST',
        url: this.#url,
        headers: { 'idempotency-key': keyOf(image) },
        json: walkedBody(image),
      },
      signal,
    );
    if (reply.kind === 'aborted') return reply.aborted;
    if (reply.kind === 'failed') return reply.failed;
    if (reply.status < 200 || reply.status >= 300) return refusedBy(reply, this.clock.now());
    return {
      state: 'settled',
      items: new Map(image.items.map(({ digest }) => [digest, { state: 'asked' }])),
    };
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

/** The body: the image, and its descriptors in the order of the walk, root first. */
function walkedBody({ registry, repository, tag, digest, platforms, items }: WarmImage) {
  return {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    digest,
    platforms,
    items: items.map(({ role, digest, mediaType, size, platform }) => ({
      role,
      mediaType,
      digest,
      size,
      platform,
    })),
  };
}

/** The same image twice is the same request. */
function keyOf({ registry, repository, tag, digest }: WarmImage): string {
  const text = JSON.stringify([registry, repository, tag, digest]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** The url's own query is part of the address; it goes along, and is not shown. */
function withQuery(base: URL, text: string): URL {
  const url = new URL(base);
  url.search = new URL(text).search;
  return url;
}
