/** What is known of a kind outside of this package, by its name, without opening a request. */
import { decodeBody } from './body.js';
import { isEnvelope } from './distribution/envelope.js';
import { KINDS } from './kinds.js';
import type { Sender } from './sender.js';
import { withoutTokens } from './tokens.js';

const kindOf = (name: string) => KINDS.find(({ kind }) => kind === name);

/** What the sender of a kind does on failure; undefined for a name that no kind has. */
export function senderOf(kind: string): Sender | undefined {
  return kindOf(kind)?.sender;
}

/**
 * A body as it may be kept on a disk: without the keys to other systems that some senders put into it. Opens to
 * the same events. Of a request that no kind takes for its own, or that came to the wrong one, whatever looks like a
 * signed token is removed.
 */
export function storableBody(kind: string, body: Buffer): Buffer {
  const known = kindOf(kind);
  if (known?.storable) return known.storable(body);
  return known && !mayHoldToken(body) ? body : withoutTokens(body);
}

/** Has it the registry's form, of which GitLab's has a token, or none? It is read only if something looks like one. */
function mayHoldToken(bytes: Buffer): boolean {
  if (!bytes.includes('eyJ')) return false;
  const body = decodeBody(bytes);
  return body.state !== 'json' || isEnvelope(body.value);
}
