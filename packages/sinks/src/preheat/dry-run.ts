/**
 * What a run would ask for, from what is remembered alone: no target is asked, no lead is taken, and nothing that is
 * remembered changes.
 */
import { formatSize, type PreheatPart } from '@longshore/event';
import type { PreheatMemory } from './memory.js';
import { type PartState, readState, resultOf } from './states.js';
import type { Settled, WarmImage, WarmItem } from './targets/target.js';
import { partOf } from './verdict.js';
import { type OpenTarget, partOfImage, partOfItem } from './warm.js';

/** Marks what would be asked for, in {@link PreheatPart.reason}. */
export const DRY_RUN = 'dryrun';

interface Given {
  image: WarmImage;
  targets: readonly OpenTarget[];
  memory: PreheatMemory;
  /** Of the image, as real runs name it. */
  plan: string;
  /** Epoch milliseconds: what was done before counts no longer. */
  since: number;
}

/** One part for each item at each target: as it is known, or skipped as what a run would ask for. */
export async function dryRun({ image, targets, memory, plan, since }: Given): Promise<PreheatPart[]> {
  const { parts } = await memory.known(plan);
  const known = async ({ target: { name, unit }, shared }: OpenTarget, item: WarmItem) => {
    const part = unit === 'image' ? partOfImage(image) : partOfItem(item, image, shared);
    const text = parts.get(`${name}\n${part}`);
    const state = text === undefined ? undefined : readState(text);
    const settled = settledIn(resultOf(state, { run: '', attempt: 0, since }), item);
    if (settled) return settled;
    return (await memory.isWarm(name, part)) ? ALREADY : undefined;
  };
  const rows = targets.flatMap((open) =>
    image.items.map(async (item): Promise<PreheatPart> => {
      const { role, digest, size, platform } = item;
      const settled = await known(open, item);
      if (settled) return partOf({ target: open.target.name, item, settled });
      const sizes = { ...(size !== undefined && { size }), ...(platform !== undefined && { platform }) };
      return { target: open.target.name, role, digest, ...sizes, result: 'skipped', reason: DRY_RUN };
    }),
  );
  return Promise.all(rows);
}

/** How much of it a run would ask for, in one line. */
export function dryRunInWords(parts: readonly PreheatPart[]): string {
  const wanted = parts.filter(({ reason }) => reason === DRY_RUN);
  const warm = parts.filter(({ result }) => result === 'already').length;
  const left = warm > 0 ? `, ${warm} already warm` : '';
  return `dry run: ${wanted.length} parts would be requested (${formatSize(bytesWanted(parts))})${left}`;
}

/** Bytes that a run would move at most, as the descriptors say. */
export function bytesWanted(parts: readonly PreheatPart[]): number {
  return parts.reduce((sum, { reason, size = 0 }) => (reason === DRY_RUN ? sum + size : sum), 0);
}

const ALREADY: Settled = { state: 'already', verified: false };

/** What was warmed before is warm already. */
function settledIn(state: PartState | undefined, { digest }: WarmItem): Settled | undefined {
  if (!state || state.result.state === 'pending') return undefined;
  const settled = state.items ? new Map(state.items).get(digest) : state.result;
  return settled?.state === 'warmed' ? ALREADY : settled;
}
