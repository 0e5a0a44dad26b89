/** Images, a registry that is scripted, and a token server, under one name. */
import { attestation, blob, digestOf, image, index, manifestOf, partsOf, schema1 } from './oci-content.js';
import { push } from './oci-push.js';
import { found, refused, serve } from './oci-server.js';
import { store } from './oci-store.js';
import { tokens } from './oci-tokens.js';

/** `oci.image()`, `oci.index([…])` … make parts; `oci.push` puts them into a real registry, `oci.serve` serves them, `oci.store` takes pushes. */
export const oci = {
  attestation,
  blob,
  digestOf,
  found,
  image,
  index,
  manifestOf,
  partsOf,
  push,
  refused,
  schema1,
  serve,
  store,
  tokens,
} as const;
