/** What the configuration needs to know of sources: kinds, options and faults. It opens no request. */
import { type OidcAuth, oidcFault } from './auth/oidc.js';
import type { Kind } from './kind.js';
import { KINDS } from './kinds/index.js';
import type { Sender } from './sender.js';

export { HMAC_ALGORITHMS, HMAC_ENCODINGS } from './auth/hmac.js';
export { sourceKinds } from './kinds/index.js';
export { options } from './options.js';
export { keepsWhatIsRefused, type OnFailure } from './sender.js';
export { oidcFault };

/** What the sender of a kind does on failure; undefined for a name that no kind has. */
export function senderOf(kind: string): Sender | undefined {
  return KINDS.find((candidate) => candidate.kind === kind)?.sender;
}

/** The part of a source's settings that is checked. Secrets are not, so they need not be resolved. */
interface CheckedSource {
  kind: string;
  auth?: { hmac?: { header?: string }; oidc?: OidcAuth };
  options?: object;
}

/** Where and why, as a phrase that follows the setting's name. */
interface SourceFault {
  setting: readonly string[];
  why: string;
}

/** The first fault of a source; undefined when there is none, or no such kind. */
export function sourceFault(source: CheckedSource, kinds: readonly Kind[] = KINDS): SourceFault | undefined {
  const { auth = {}, options = {} } = source;
  const kind = kinds.find((candidate) => candidate.kind === source.kind);
  if (!kind) return undefined;
  if (auth.hmac && auth.hmac.header === undefined && !kind.hmac) {
    const why = `has no header, and ${kind.kind} sends no signature by itself. Name the header that has it`;
    return { setting: ['auth', 'hmac'], why };
  }
  const oidc = auth.oidc && oidcFault(auth.oidc);
  if (oidc) return { setting: ['auth', 'oidc'], why: oidc };
  const read: readonly string[] = kind.options ?? [];
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  const unread = set.find(([name]) => !read.includes(name));
  if (!unread) return undefined;
  const known = read.length > 0 ? `It has: ${read.join(', ')}` : 'It has none';
  return { setting: ['options', unread[0]], why: `is no option of kind ${kind.kind}. ${known}` };
}
