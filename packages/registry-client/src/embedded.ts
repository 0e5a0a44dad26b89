/** Content that a descriptor carries in itself (image-spec 1.1, "embedded content"). */
import type { Descriptor } from './descriptor.js';
import { verifierOf } from './digest.js';
import { RegistryError } from './error.js';
import { type Manifest, manifestOf } from './manifest.js';

/** Undefined when it carries none. Throws `size` or `digest` when it is other content than the descriptor names. */
export function embeddedManifest({ digest, size, data }: Descriptor, place: string): Manifest | undefined {
  if (data === undefined) return undefined;
  const body = Buffer.from(data, 'base64');
  if (body.length !== (size ?? body.length)) {
    throw new RegistryError('size', `${place}: ${digest} carries ${body.length} bytes and says ${size}`);
  }
  const verifier = verifierOf(digest);
  verifier.update(body);
  const where = `${place}, in its index`;
  return manifestOf(body, digest, verifier.verified(where), where);
}
