/** What is known of a kind outside of this package, by its name, without opening a request. */
import { KINDS } from './kinds.js';
import { withoutTokens } from './port.js';
import type { Sender } from './sender.js';

const kindOf = (name: string) => KINDS.find(({ kind }) => kind === name);

/** What the sender of a kind does on failure; undefined for a name that no kind has. */
export function senderOf(kind: string): Sender | undefined {
  return kindOf(kind)?.sender;
}

/**
 * A body as it may be kept on a disk: without the keys to other systems that some senders put into it. Opens to
 * the same events. Of a request that no kind takes for its own, whatever looks like a signed token is removed.
 */
export function storableBody(kind: string, body: Buffer): Buffer {
  const known = kindOf(kind);
  return known ? (known.storable?.(body) ?? body) : withoutTokens(body);
}
