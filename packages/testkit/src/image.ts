/**
 * Puts images into a registry over plain HTTP, and runs skopeo against one.
 * The layers are bytes with a digest, not archives: these images cannot run. Other shapes are in `oci`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { image, index, type OciPart } from './oci-content.js';
import { push } from './oci-push.js';

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

/** Pushes blobs, then the manifest under `tag` (under its digest alone when `tag` is undefined). */
export async function pushImage(
  registry: string,
  repository: string,
  tag: string | undefined,
  { layers = ['a layer'], schema = 'oci' }: ImageOptions = {},
): Promise<PushedImage> {
  const one = (architecture: string) =>
    image({
      layers,
      schema: schema === 'docker' ? 'docker' : 'oci',
      platform: { os: 'linux', architecture },
    });
  const manifests = schema === 'index' ? [one('amd64'), one('arm64')] : [];
  const root = schema === 'index' ? index(manifests) : one('amd64');
  await push(registry, repository, root, tag);
  const images = schema === 'index' ? manifests : [root];
  return {
    ...pushed(root),
    config: images.flatMap(({ parts }) => parts.slice(0, 1)).map(pushed),
    layers: (images[0]?.parts.slice(1) ?? []).map(pushed),
    manifests: manifests.map(pushed),
  };
}

function pushed({ mediaType, digest, size }: OciPart): Pushed {
  return { mediaType, digest, size };
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
