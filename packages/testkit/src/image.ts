/**
 * Puts images into a registry over plain HTTP, and runs skopeo against one.
 * The layers are bytes with a digest, not archives: nobody can run these images.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the image is made of. */
export interface ImageOptions {
  /** Content of each layer. Default: one layer. */
  layers?: readonly (string | Buffer)[];
  /** `oci` (default) and `docker`: one image manifest. `index`: an OCI index of amd64 and arm64. */
  schema?: 'oci' | 'docker' | 'index';
}

/** Something that is in the registry now. */
export interface Pushed {
  mediaType: string;
  digest: string;
  /** Bytes. */
  size: number;
}

/** An image that is in the registry now, with all of its parts. */
export interface PushedImage extends Pushed {
  /** Of an image manifest; of all of its images for an index. */
  config: Pushed[];
  layers: Pushed[];
  /** The images of an index, in its order: amd64, arm64. */
  manifests: Pushed[];
}

const types = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
};

/** Pushes blobs, then the manifest under `tag` (under its digest alone when `tag` is undefined). */
export async function pushImage(
  registry: string,
  repository: string,
  tag: string | undefined,
  { layers = ['a layer'], schema = 'oci' }: ImageOptions = {},
): Promise<PushedImage> {
  const repo = `${registry}/v2/${repository}`;
  if (schema !== 'index') return pushOne(repo, tag, schema, layers, 'amd64');
  const images = [
    await pushOne(repo, undefined, 'oci', layers, 'amd64'),
    await pushOne(repo, undefined, 'oci', layers, 'arm64'),
  ];
  const manifests = images.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: manifests.map((manifest, at) => ({
      ...manifest,
      platform: { os: 'linux', architecture: at === 0 ? 'amd64' : 'arm64' },
    })),
  };
  return {
    ...(await putManifest(repo, tag, index.mediaType, index)),
    config: images.flatMap((image) => image.config),
    layers: images[0]?.layers ?? [],
    manifests,
  };
}

async function pushOne(
  repo: string,
  tag: string | undefined,
  schema: 'oci' | 'docker',
  contents: readonly (string | Buffer)[],
  architecture: string,
): Promise<PushedImage> {
  const type = types[schema];
  const layers: Pushed[] = [];
  for (const content of contents) layers.push(await putBlob(repo, type.layer, Buffer.from(content)));
  const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) };
  const text = JSON.stringify({ architecture, os: 'linux', config: {}, rootfs });
  const config = await putBlob(repo, type.config, Buffer.from(text));
  const manifest = { schemaVersion: 2, mediaType: type.manifest, config, layers };
  return {
    ...(await putManifest(repo, tag, type.manifest, manifest)),
    config: [config],
    layers,
    manifests: [],
  };
}

async function putBlob(repo: string, mediaType: string, bytes: Buffer): Promise<Pushed> {
  const digest = digestOf(bytes);
  const opened = await answer(fetch(`${repo}/blobs/uploads/`, { method: 'POST' }));
  const url = new URL(opened.headers.get('location') ?? '', repo);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await answer(fetch(url, { method: 'PUT', headers, body: new Uint8Array(bytes) }));
  return { mediaType, digest, size: bytes.length };
}

async function putManifest(
  repo: string,
  tag: string | undefined,
  mediaType: string,
  manifest: object,
): Promise<Pushed> {
  const text = JSON.stringify(manifest, null, 2);
  const digest = digestOf(text);
  const headers = { 'content-type': mediaType };
  await answer(fetch(`${repo}/manifests/${tag ?? digest}`, { method: 'PUT', headers, body: text }));
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

async function answer(pending: Promise<Response>): Promise<Response> {
  const response = await pending;
  if (response.ok) return response;
  throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
}

function digestOf(content: string | Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Runs skopeo without TLS and without a policy file; resolves with what it printed. */
export async function skopeo(command: string, ...args: string[]): Promise<string> {
  const plain =
    command === 'copy' || command === 'sync'
      ? ['--src-tls-verify=false', '--dest-tls-verify=false']
      : ['--tls-verify=false'];
  const { stdout } = await run('skopeo', ['--insecure-policy', command, ...plain, ...args]);
  return stdout;
}
