/** Lists and lookups: what several parts of the service answer with. */
import { excerpt, LongshoreError } from '@longshore/event';
import type { Page } from '@longshore/queue/dead';
import type { Listing } from './port.js';
import { cursorOf } from './query.js';

/** A page of the queue, with its cursor as text. */
export const listingOf = <Item>({ items, next }: Page<Item>): Listing<Item> => ({
  items,
  ...(next && { next: cursorOf(next) }),
});

/** @throws LongshoreError REQUEST_NOT_FOUND always */
export function notFound(what: string, id: string): never {
  const hint = 'it was retried, delivered or removed in the meantime, or never existed';
  throw new LongshoreError('REQUEST_NOT_FOUND', `no ${what} ${excerpt(id)}: ${hint}`);
}
