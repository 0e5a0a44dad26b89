/** Whether Redis has room for what comes from outside. */
import { LongshoreError } from '@longshore/event';
import type { Monitor } from '@longshore/queue';

/** Who knows how full Redis is. */
export type Room = Pick<Monitor, 'fits' | 'assertTakes'>;

/**
 * Counts the bytes as added.
 * @throws LongshoreError QUEUE_FULL, QUEUE_UNSAFE or QUEUE_UNAVAILABLE when they do not fit now, QUEUE_TOO_SMALL when
 * they never will
 */
export function assertRoom(bytes: number, room: Room): void {
  if (bytes === 0) return;
  if (!room.fits(bytes)) {
    const why = `this takes about ${bytes} bytes in Redis, which is more than 80 % of its maxmemory`;
    throw new LongshoreError('QUEUE_TOO_SMALL', `${why}; raise maxmemory`);
  }
  room.assertTakes(bytes);
}
