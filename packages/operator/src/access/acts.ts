/**
 * What an actor did, as notes for the leading worker, which writes the record `operator.acted`. So the command line,
 * the API and the pages leave the same record, and it is not lost with the process.
 */
import type { Acted, Journal } from '@longshore/queue/journal';
import type { Actor } from './role.js';

/** One action: its name, and what it was done to. */
export interface Act {
  /** `pause`, `dead.retry` … */
  action: string;
  endpoint?: string;
  /** Which ones, as it was asked for; empty for all. */
  filter?: object;
}

/** How an action ended. */
export interface ActEnd {
  /** How many things were changed. */
  count: number;
  /** It was cancelled. */
  stopped?: boolean;
}

/** The actions of one actor. */
export interface Acts {
  /** Shown in records of deliveries: `longshore dead retry`, `the dashboard (alice)`. */
  readonly by: string;
  /** Notes an action that is done. Rejects with Redis' error. */
  done(act: Act, count?: number): Promise<void>;
  /**
   * Runs an action on many: noted before its first change and at its end, also when it fails. Of one on a single
   * thing only the end is noted. Rejects as `run` does.
   * @param progress how many were changed until it failed
   */
  many<T extends ActEnd>(act: Act, run: () => Promise<T>, progress?: () => number): Promise<T>;
}

/** What notes are made with. */
export interface ActsParts {
  journal: Journal;
  actor: Actor;
  /** The command, or the dashboard. */
  via: string;
  /** Epoch milliseconds. */
  now(): number;
}

/** See {@link Acts}. */
export function createActs({ journal, actor, via, now }: ActsParts): Acts {
  const note = ({ filter, ...act }: Act, end: Pick<Acted, 'result' | 'count'>): Promise<void> => {
    const { name, kind, role, addr } = actor;
    const asked = filter && JSON.stringify(filter).slice(0, MAX_FILTER_LENGTH);
    const who = { by: via, actor: name, kind, role, addr };
    return journal.write([{ what: 'acted', at: now(), ...who, ...act, filter: asked, ...end }]);
  };
  const isNamed = actor.kind !== 'open' && actor.kind !== 'command';
  return {
    by: isNamed ? `${via} (${actor.name})` : via,
    done: (act, count = 1) => note(act, { result: 'done', count }),
    async many(act, run, progress) {
      if (!isOnOne(act)) await note(act, { result: 'started' });
      try {
        const end = await run();
        await note(act, { result: end.stopped ? 'stopped' : 'done', count: end.count });
        return end;
      } catch (error) {
        // Without Redis this note is missing too; the one at the start, and those of each change, are there.
        await note(act, { result: 'failed', count: progress?.() ?? 0 }).catch(() => {});
        throw error;
      }
    },
  };
}

const isOnOne = ({ filter = {} }: Act): boolean => 'id' in filter && typeof filter.id === 'string';

/** Characters: an API filter may list a thousand ids. */
const MAX_FILTER_LENGTH = 1_000;
