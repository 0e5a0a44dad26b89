/** Notes in Redis that this process could not take its file over, for `longshore status` on any machine. */
import { hostname } from 'node:os';
import type { RefusedConfig } from '@longshore/dashboard';
import { ignore } from '@longshore/event';
import type { RedisClient } from '@longshore/queue';
import { createRefusals, REFUSAL_INTERVAL_MS } from '@longshore/queue/operator';

/** See the header. */
export interface RefusalNotes {
  /** The file was read again. @param refused why it is not in force; undefined when it is */
  changed(refused: RefusedConfig | undefined): void;
  /** Nothing is known of this process afterwards. Never rejects. */
  close(): Promise<void>;
}

/** While Redis is unavailable a note is written at its next turn. */
export function startRefusalNotes(client: RedisClient, prefix: string): RefusalNotes {
  const refusals = createRefusals(client, prefix);
  const name = `${hostname()}:${process.pid}`;
  let refused: RefusedConfig | undefined;
  let writing: Promise<unknown> = Promise.resolve();
  const write = (): void => {
    const act = refused ? refusals.note({ process: name, ...refused }) : refusals.clear(name);
    // It is written again, or forgotten soon.
    writing = act.catch(ignore('config.refused'));
  };
  const timer = setInterval(() => {
    if (refused) write();
  }, REFUSAL_INTERVAL_MS).unref();
  return {
    changed(now) {
      if (!now && !refused) return;
      refused = now;
      write();
    },
    async close() {
      clearInterval(timer);
      if (refused) {
        refused = undefined;
        write();
      }
      await writing;
    },
  };
}
