/** A preheat sink over a registry of one small image, which is also the cache. */
import { createHash } from 'node:crypto';
import type { Delivery, PreheatRun } from '@longshore/event';
import { openPreheatSink } from '../preheat/index.js';
import { createLocalMemory } from '../preheat/local-memory.js';
import type { PreheatSinkOptions } from '../preheat/options.js';
import { aDelivery, type SingleSink, single } from './builders.js';
import type { Answer } from './receiver.js';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const blob = (mediaType: string, text: string) => ({
  mediaType,
  digest: digestOf(text),
  size: text.length,
  text,
});
const config = blob('application/vnd.oci.image.config.v1+json', '{"architecture":"amd64","os":"linux"}');
const layer = blob('application/vnd.oci.image.layer.v1.tar+gzip', 'a layer');
const descriptor = ({ mediaType, digest, size }: typeof config) => ({ mediaType, digest, size });
const manifest = blob(
  MANIFEST,
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: descriptor(config),
    layers: [descriptor(layer)],
  }),
);

/** Digests of the image: its manifest, its config, its layer. */
export const IMAGE = { manifest: manifest.digest, config: config.digest, layer: layer.digest };

/** Serves the image under any repository. */
export const serving: Answer = (response, { method, url }) => {
  const part = [manifest, config, layer].find(({ digest }) => url.endsWith(digest));
  const found = part ?? (/\/manifests\/(1.0|latest)$/.test(url) ? manifest : undefined);
  if (!found) return void response.writeHead(404).end();
  const { mediaType, digest, size, text } = found;
  const headers = { 'content-type': mediaType, 'docker-content-digest': digest, 'content-length': size };
  response.writeHead(200, headers).end(method === 'HEAD' ? undefined : text);
};

/** The push of that image. */
export function aPush(some: Partial<Delivery> = {}): Delivery {
  const view = { action: 'push', repository: 'team/api', tag: '1.0', digest: IMAGE.manifest };
  return aDelivery({ receivedAt: Date.now(), view, ...some });
}

/** Options of a sink whose registry and only target are at `url`. */
export function preheatOptionsAt(url: string, some: Partial<PreheatSinkOptions> = {}): PreheatSinkOptions {
  const common = { name: 'mirror', timeout: 10_000, userAgent: 'longshore/0.0.0-test' };
  return {
    name: 'warm',
    userAgent: 'longshore/0.0.0-test',
    registry: { url, timeout: 10_000, hosts: [], concurrency: 4 },
    policy: {
      platforms: [],
      attestations: false,
      foreignLayers: false,
      artifacts: 'images',
      referrers: 'none',
      limits: { depth: 4, manifests: 500, blobs: 5_000 },
    },
    targets: [{ options: { ...common, kind: 'pull-through', url }, concurrency: 4 }],
    delay: 0,
    window: 60_000,
    dryrun: false,
    appearsWithin: 120_000,
    memory: createLocalMemory(() => {}),
    ...some,
  };
}

/** A sink that is closed at the end of the test, and the runs that it tells. */
export function aPreheatSink(
  url: string,
  some: Partial<PreheatSinkOptions> = {},
): { sink: SingleSink; runs: PreheatRun[] } {
  const runs: PreheatRun[] = [];
  const memory = createLocalMemory((run) => void runs.push(run));
  return { sink: single(openPreheatSink(preheatOptionsAt(url, { memory, ...some }))), runs };
}
