/** What a migration remembers in Redis: that of an endpoint of kind copy, so that both share their claims. */
import type { PreheatRun } from '@longshore/event';
import { createPreheatStore } from '@longshore/queue/preheat';
import type { PreheatMemory } from '@longshore/sinks/preheat';
import { copyEndpointOf } from '../copy-registry.js';
import type { MigratedTag, MigrationRun } from './types.js';

/** Milliseconds that an image which was not copied whole is known: a migration may take weeks. */
const KEPT_MS = 30 * 24 * 3_600_000;
/** Between two checks of an image that a worker copies: a command is not woken. */
const POLL_INTERVAL_MS = 500;

/** How a tag that was copied is noted, with its digest. */
export const migratedNote = (host: string, { repository, tag }: MigratedTag): string =>
  `migrated ${host}/${repository}:${tag}`;

/** @param onRun hears what each image came to */
export function migrationMemory(
  { client, prefix, config, to }: MigrationRun,
  onRun: (run: PreheatRun) => void,
): PreheatMemory {
  const store = createPreheatStore({
    ...{ client, prefix, endpoint: sharedEndpoint() ?? `migrate/${new URL(to).host}` },
    keep: () => KEPT_MS,
    window: () => 0,
  });
  return {
    ...store,
    async lead(plan, deliveryId) {
      const turn = await store.lead(plan, deliveryId);
      return turn.turn === 'wait'
        ? { ...turn, until: Math.min(turn.until, Date.now() + POLL_INTERVAL_MS) }
        : turn;
    },
    keepRun: async (run) => onRun(run),
  };

  /** Its parts are the same only where it copies everything, under the same names. */
  function sharedEndpoint(): string | undefined {
    const found = copyEndpointOf(config, to, 'target');
    if (!found) return undefined;
    const { target, platforms, artifacts, referrers } = found.copy;
    const isWhole = platforms.length === 0 && artifacts.includes('*') && referrers;
    return isWhole && target.prefix === '' ? found.name : undefined;
  }
}
