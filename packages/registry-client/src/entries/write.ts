/** A registry that is written to. */
export type { PushedManifest, UploadOptions, WritableRegistry } from '../write-port.js';
export { openWritableRegistry } from '../writer.js';
