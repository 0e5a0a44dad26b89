/**
 * Actions on quarantined requests. A retry parses one again, after an upgrade or a change of the source: what can be
 * parsed is delivered, what cannot stays with its current reason. An entry is removed only once all of it is durable.
 */

import { SOURCE_KINDS } from '@longshore/config';
import { excerpt, LongshoreError } from '@longshore/event';
import type { Position } from '@longshore/queue/dead';
import type { Journal } from '@longshore/queue/journal';
import type { Quarantine, Quarantined, QuarantineFilter } from '@longshore/queue/quarantine';
import type { Acts } from './access/acts.js';
import { notFound } from './listing.js';
import { suggest } from './parse-input.js';
import type { AdminService, QuarantineGroup, QuarantineRetry, Replay } from './port.js';
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
  'quarantine' | 'quarantined' | 'countQuarantine' | 'quarantineGroups' | 'retryQuarantine' | 'dropQuarantine'
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
    async countQuarantine(query = {}) {
      if (Object.values(query).every((value) => value === undefined)) return quarantine.count();
      return (await idsOf(quarantine, quarantineFilter(query, now()))).length;
    },
    async quarantineGroups() {
      const groups = new Map<string, QuarantineGroup>();
      for await (const { source, kind, reason, receivedAt } of quarantine.each({})) {
        const key = JSON.stringify([source, reason]);
        const group = groups.get(key) ?? { source, kind, reason, count: 0, newestAt: receivedAt };
        groups.set(key, { ...group, count: group.count + 1 });
      }
      return [...groups.values()].sort((a, b) => b.count - a.count);
    },
    async *retryQuarantine(query, { signal, as, onTotal, turn } = {}) {
      if (as !== undefined && !SOURCE_KINDS.includes(as)) throw unknownKind(as);
      const ids = (await idsOf(quarantine, quarantineFilter(query, now()))).reverse();
      onTotal?.(ids.length);
      let taken = 0;
      try {
        for (const id of ids) {
          await turn?.();
          if (signal?.aborted) return;
          const retried = await retryOne(id, deps, as);
          if (retried.outcome === 'taken') taken++;
          yield retried;
        }
      } finally {
        await acts.done({ action: 'quarantine.retry', filter: { ...query, ...(as && { as }) } }, taken);
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

const unknownKind = (kind: string): LongshoreError =>
  new LongshoreError(
    'REQUEST_INVALID',
    `as: no kind of source ${excerpt(kind)}${suggest(kind, SOURCE_KINDS)}; available: ${SOURCE_KINDS.join(', ')}`,
  );

async function retryOne(id: string, deps: QuarantineDeps, as?: string): Promise<QuarantineRetry> {
  const entry = await deps.quarantine.get(id);
  if (!entry) return { id, outcome: 'gone' };
  const { source, path, headers, receivedAt, bytes } = entry;
  if (isTruncated(entry)) return { id, outcome: 'cut', bytes };
  const body = Buffer.from(entry.body, 'base64');
  const raw = { method: 'POST', path, headers, body, receivedAt };
  const { kept, reason, ...counts } = await deps.replay(source, raw, as);
  // Quarantined again under its own id: it never left.
  if (kept.includes(id)) return { id, outcome: 'unreadable', reason: reason ?? entry.reason };
  // A kind that was chosen by hand may ignore what it does not know: that is no reason to lose it.
  if (as !== undefined && counts.accepted === 0) {
    return { id, outcome: 'unreadable', reason: reason ?? `parsed as ${as} it has no event` };
  }
  if (kept.length > 0 && counts.accepted === 0) {
    // Quarantined again for another source, under another id.
    await remove(entry, 'replayed', deps);
    return { id, outcome: 'unreadable', reason: reason ?? entry.reason };
  }
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
