/**
 * What is done about findings. A registry that answers wrongly for a moment must not make events: a delete needs two
 * looks, and so does a push unless an operator asked for it. Pure.
 */
import type { Doubt, Finding } from './types.js';

/** Between two looks, at least. Milliseconds. */
export const SECOND_LOOK_MS = 10 * 60_000;
/** The archive has an event by then. Milliseconds. */
const HEALED_WITHIN_MS = 3_600_000;

/** What comes of it. */
export interface Decided {
  /** Their events are published now, with the bounds of the first look. */
  heal: Doubt[];
  /** They wait for a second look. */
  waiting: Doubt[];
  /** Healed a moment ago: the archive does not have their events yet. */
  healed: Doubt[];
}

/** @param careful a push needs two looks too. `now`: epoch milliseconds */
export function decide(
  findings: readonly Finding[],
  doubts: readonly Doubt[],
  { careful, now }: { careful: boolean; now: number },
): Decided {
  const before = new Map(doubts.map((doubt) => [keyOf(doubt), doubt]));
  const decided: Decided = { heal: [], waiting: [], healed: [] };
  for (const finding of findings) {
    const known = before.get(keyOf(finding));
    const isSame = known?.kind === finding.kind && known.digest === finding.digest;
    const seenAt = new Date(now).toISOString();
    const doubt: Doubt = isSame && known ? known : { ...finding, seenAt };
    if (doubt.healedAt !== undefined && now - Date.parse(doubt.healedAt) < HEALED_WITHIN_MS) {
      decided.healed.push(doubt);
      continue;
    }
    const { healedAt: _, ...open } = doubt;
    const isSure = now - Date.parse(doubt.seenAt) >= SECOND_LOOK_MS && isSame;
    const isAtOnce = !careful && finding.kind !== 'deleted';
    (isSure || isAtOnce ? decided.heal : decided.waiting).push(open);
  }
  return decided;
}

const keyOf = ({ repository, tag }: Finding): string => `${repository}:${tag}`;
