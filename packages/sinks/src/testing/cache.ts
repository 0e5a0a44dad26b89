/** A cache that has every part of one image, as a registry serves them; each answer can be scripted. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { WarmImage } from '../preheat/targets/target.js';
import { type Received, type Receiver, receiver } from './receiver.js';

const TYPES = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
};

function part(text: string) {
  return { text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, size: text.length };
}

const layer = part('the layer of all');
const configs = [part('{"architecture":"amd64"}'), part('{"architecture":"arm64"}')];
const manifests = configs.map(({ digest, size }) =>
  part(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: TYPES.manifest,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size },
      layers: [
        { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer.digest, size: layer.size },
      ],
    }),
  ),
);
const inner = part(indexOf(manifests.slice(1)));
const root = part(indexOf([...manifests.slice(0, 1), inner], 1));

function indexOf(parts: { digest: string; size: number }[], nestedFrom = parts.length): string {
  const entries = parts.map(({ digest, size }, at) => ({
    mediaType: at < nestedFrom ? TYPES.manifest : TYPES.index,
    digest,
    size,
  }));
  return JSON.stringify({ schemaVersion: 2, mediaType: TYPES.index, manifests: entries });
}

/** An index with one image and an index in it. Names in the order of the walk. */
export const PARTS = {
  root: { role: 'index', ...root },
  first: { role: 'manifest', ...manifests[0], mediaType: TYPES.manifest },
  inner: { role: 'index', ...inner },
  second: { role: 'manifest', ...manifests[1], mediaType: TYPES.manifest },
  config: { role: 'config', ...configs[0] },
  other: { role: 'config', ...configs[1] },
  layer: { role: 'layer', ...layer },
} as const;

/** Tag 1.0 of acme/app. */
export function theImage(some: Partial<WarmImage> = {}): WarmImage {
  return {
    repository: 'acme/app',
    tag: '1.0',
    digest: root.digest,
    registry: 'https://registry.example.com',
    platforms: [],
    items: Object.values(PARTS).map(({ role, digest = '', size }) => ({ role, digest, size })),
    ...some,
  };
}

export interface FakeCache extends Receiver {
  base: string;
  /** What was asked for, in order: `GET layer`, `HEAD 1.0`. */
  asked(): string[];
}

/** `instead` answers in place of the cache when it returns true. */
export async function aCache(
  instead: (response: ServerResponse, name: string, request: Received, nth: number) => boolean = () => false,
  tls?: { cert: string; key: string },
): Promise<FakeCache> {
  const asked: string[] = [];
  const server = await receiver((response, request, nth) => {
    const reference = /\/(?:manifests|blobs)\/([^/?]+)/.exec(request.url)?.[1] ?? '';
    const [name = reference, found] =
      Object.entries(PARTS).find(([, { digest }]) => digest === reference) ?? [];
    asked.push(`${request.method} ${name}`);
    if (instead(response, name, request, nth)) return;
    const served = reference === '1.0' ? PARTS.root : found;
    if (served?.text === undefined) return void response.writeHead(404).end('{"errors":[]}');
    const type = served.role === 'index' ? TYPES.index : TYPES.manifest;
    response.writeHead(200, {
      'content-type': request.url.includes('/manifests/') ? type : 'application/octet-stream',
      'docker-content-digest': served.digest ?? '',
      'content-length': served.text.length,
    });
    response.end(request.method === 'HEAD' ? undefined : served.text);
  }, tls);
  return Object.assign(server, { base: `http://127.0.0.1:${server.port}`, asked: () => asked });
}
