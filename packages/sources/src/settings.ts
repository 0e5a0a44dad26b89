/** What the configuration needs to know of sources: kinds, options and faults. It opens no request. */
import { KINDS } from './kinds/index.js';
import type { Sender } from './sender.js';

export { HMAC_ALGORITHMS, HMAC_ENCODINGS } from './auth/hmac.js';
export { oidcFault } from './auth/oidc.js';
export { sourceKinds } from './kinds/index.js';
export { keepsWhatIsRefused, type OnFailure } from './sender.js';
export { sourceFault } from './source-fault.js';

/** What the sender of a kind does on failure; undefined for a name that no kind has. */
export function senderOf(kind: string): Sender | undefined {
  return KINDS.find((candidate) => candidate.kind === kind)?.sender;
}
