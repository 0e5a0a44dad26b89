/**
 * A registry that follows a script: images that are made of nothing but their digests, answers that lie, come late
 * or lead elsewhere. It counts what it is asked. It serves as a registry, and as a cache that pulls through.
 */
import { createHash } from 'node:crypto';
import { type Receiver, type Reply, startReceiver } from '@longshore/testkit';

/** A blob or manifest that the registry has. */
export interface Part {
  digest: string;
  mediaType: string;
  size: number;
  body: Buffer;
}

/** An image: its root, and all that it is made of. */
export interface Image {
  root: Part;
  parts: Part[];
}

export interface ScriptedRegistry extends Receiver {
  has(image: Image, tag?: string): void;
  /** Answers a path (`/manifests/…`, `/blobs/…`, below any repository) otherwise; undefined: as usual. */
  otherwise(
    script: (path: string, nth: number, method: string) => Reply | undefined | Promise<Reply | undefined>,
  ): void;
  /** How often each manifest and blob was asked for: `manifests/sha256:…` to a number. */
  asked(): Map<string, number>;
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

const NAME = /^\/v2\/.+?\/((?:manifests|blobs)\/[^?]+)/;

export async function scriptedRegistry(): Promise<ScriptedRegistry> {
  const parts = new Map<string, Part>();
  const counts = new Map<string, number>();
  let otherwise: Parameters<ScriptedRegistry['otherwise']>[0] = () => undefined;
  const receiver = await startReceiver(async ({ url, method }) => {
    const path = NAME.exec(url)?.[1];
    if (path === undefined) return url === '/v2/' ? {} : { status: 404 };
    const nth = (counts.get(path) ?? 0) + 1;
    counts.set(path, nth);
    return (await otherwise(path, nth, method)) ?? answer(parts.get(path), method);
  });
  return Object.assign(receiver, {
    has(image: Image, tag?: string) {
      for (const part of image.parts) {
        const kind = part.mediaType === MANIFEST || part.mediaType === INDEX ? 'manifests' : 'blobs';
        parts.set(`${kind}/${part.digest}`, part);
      }
      if (tag) parts.set(`manifests/${tag}`, image.root);
    },
    otherwise(script: typeof otherwise) {
      otherwise = script;
    },
    asked: () => counts,
  });
}

function answer(part: Part | undefined, method: string): Reply {
  if (!part) return { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' };
  const headers = {
    'content-type': part.mediaType,
    'docker-content-digest': part.digest,
    'content-length': part.size,
  };
  return { headers, ...(method !== 'HEAD' && { body: part.body }) };
}

export const digestOf = (body: Buffer | string): string =>
  `sha256:${createHash('sha256').update(body).digest('hex')}`;

export function part(mediaType: string, content: Buffer | string | object): Part {
  const body = Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return { digest: digestOf(body), mediaType, size: body.length, body };
}

/** One image of one platform. */
export function anImage(layers: readonly (string | Buffer)[], more: object = {}): Image {
  const blobs = layers.map((layer) => part(LAYER, layer));
  const config = part(CONFIG, { architecture: 'amd64', os: 'linux', layers: blobs.length, ...more });
  const manifest = part(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: blobs.map(descriptor),
  });
  return { root: manifest, parts: [manifest, config, ...blobs] };
}

/** An index of images; the platforms are linux/amd64, linux/arm64 and on. */
export function anIndex(images: readonly Image[]): Image {
  const index = part(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: images.map(({ root }, at) => ({
      ...descriptor(root),
      platform: { os: 'linux', architecture: ['amd64', 'arm64'][at] ?? `arch${at}` },
    })),
  });
  return { root: index, parts: [index, ...images.flatMap(({ parts }) => parts)] };
}

const descriptor = ({ digest, mediaType, size }: Part) => ({ digest, mediaType, size });
