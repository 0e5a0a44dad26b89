/**
 * Actions on quarantined requests. A retry parses one again, after an upgrade or a change of the source: what can be
 * parsed is delivered, what cannot stays with its current reason. An entry is removed only once all of it is durable.
 */

import type { Position } from '@longshore/queue/dead';
import type { Journal } from '@longshore/queue/journal';
import type { Quarantine, Quarantined, QuarantineFilter } from '@longshore/queue/quarantine';
import type { Acts } from './access/acts.js';
import { notFound } from './listing.js';
import type { AdminService, QuarantineRetry, Replay } from './port.js';
import { cursorOf, positionOf, quarantineFilter } from './query.js';

/** What the methods work with. */
export interface QuarantineDeps {
  quarantine: Quarantine;
  journal: Journal;
  replay: Replay;
  acts: Acts;
  /** Epoch milliseconds. */
  now(): number;
}

type QuarantineMethods = Pick<
  AdminService,
  'quarantine' | 'quarantined' | 'countQuarantine' | 'retryQuarantine' | 'dropQuarantine'
>;

/** The methods of {@link AdminService} for quarantine. */
export function quarantineMethods(deps: QuarantineDeps): QuarantineMethods {
  const { quarantine, acts, now } = deps;
  return {
    async quarantine(query, { limit, after }) {
      const from = positionOf(after);
      const items: Quarantined[] = [];
      for await (const entry of quarantine.each(quarantineFilter(query, now()))) {
        if (from && !isOlder(entry, from)) continue;
        if (items.length === limit) return { items, next: cursorOf(placeOf(items.at(-1) ?? entry)) };
        items.push(entry);
      }
      return { items };
    },
    quarantined: async (id) => (await quarantine.get(id)) ?? notFound('quarantined request', id),
    countQuarantine: quarantine.count,
    async *retryQuarantine(query, signal) {
      const ids = (await idsOf(quarantine, quarantineFilter(query, now()))).reverse();
      let taken = 0;
      try {
        for (const id of ids) {
          if (signal?.aborted) return;
          const retried = await retryOne(id, deps);
          if (retried.outcome === 'taken') taken++;
          yield retried;
        }
      } finally {
        await acts.done({ action: 'quarantine.retry', filter: query }, taken);
      }
    },
    async dropQuarantine(query) {
      let count = 0;
      const act = { action: 'quarantine.drop', filter: query };
      const dropAll = async () => {
        for await (const entry of quarantine.each(quarantineFilter(query, now()))) {
          if (await remove(entry, 'dropped', deps)) count++;
        }
        return { count };
      };
      return (await acts.many(act, dropAll, () => count)).count;
    },
  };
}

async function retryOne(id: string, deps: QuarantineDeps): Promise<QuarantineRetry> {
  const entry = await deps.quarantine.get(id);
  if (!entry) return { id, outcome: 'gone' };
  const { source, path, headers, receivedAt, bytes } = entry;
  if (isTruncated(entry)) return { id, outcome: 'cut', bytes };
  const body = Buffer.from(entry.body, 'base64');
  const raw = { method: 'POST', path, headers, body, receivedAt };
  const { kept, reason, ...counts } = await deps.replay(source, raw);
  // Quarantined again under its own id: it never left.
  if (kept.includes(id)) return { id, outcome: 'unreadable', reason: reason ?? entry.reason };
  await remove(entry, 'replayed', deps);
  return { id, outcome: 'taken', ...counts };
}

/** @returns false when someone else removed it in the meantime */
async function remove(
  { id: quarantineId, source, reason }: Quarantined,
  outcome: 'replayed' | 'dropped',
  { quarantine, journal, acts: { by }, now }: QuarantineDeps,
): Promise<boolean> {
  if (!(await quarantine.drop(quarantineId))) return false;
  await journal.write([{ what: 'unquarantined', at: now(), by, quarantineId, source, reason, outcome }]);
  return true;
}

/** Ids first: a retry puts entries back while the list is read. */
async function idsOf(quarantine: Quarantine, filter: QuarantineFilter): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of quarantine.each(filter)) ids.push(id);
  return ids;
}

const placeOf = ({ receivedAt, id }: Quarantined): Position => ({ score: receivedAt, id });

const isOlder = ({ receivedAt, id }: Quarantined, { score, id: last }: Position): boolean =>
  receivedAt < score || (receivedAt === score && id < last);

/** Whether only the first part of the body was kept. */
export const isTruncated = ({ body, bytes }: Pick<Quarantined, 'body' | 'bytes'>): boolean =>
  bytes > Buffer.byteLength(body, 'base64');
