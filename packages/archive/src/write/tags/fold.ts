/**
 * The history of a tag: each write in its place by time. What a write changed depends on the one before it, so a late
 * event corrects its follower, and the result does not depend on the order of arrival.
 */

/** A row of `tag_move`, with what is computed from the one before. */
export interface Move {
  repositoryId: number;
  tag: string;
  at: string;
  id: string;
  /** A delete of this digest (hex); '' is the delete of the repository; null is a push or delete of the tag itself. */
  clears: string | null;
  from: string | null;
  /** Hex; null where the tag is gone, or where its registry sends no digest. */
  to: string | null;
  deleted: boolean;
  moved: boolean;
}

/** What a tag is between two moves. */
type State = Pick<Move, 'to' | 'deleted'>;

/** The moves that have to be corrected. @param chain oldest first; the first may be the one before what is new */
export function corrections(chain: readonly Move[], before: State | undefined): Move[] {
  const changed: Move[] = [];
  let state = before;
  for (const move of chain) {
    const next = after(state, move);
    if (
      next.from !== move.from ||
      next.to !== move.to ||
      next.deleted !== move.deleted ||
      next.moved !== move.moved
    ) {
      changed.push(next);
    }
    state = next;
  }
  return changed;
}

/** The move as it is after this state; undefined: nothing is known of the tag. */
function after(state: State | undefined, move: Move): Move {
  const from = state?.to ?? null;
  const { clears } = move;
  const isEffective = clears === null || clears === '' || state === undefined || from === clears;
  const { to, deleted } =
    clears === null ? move : isEffective ? GONE : { to: from, deleted: state?.deleted ?? false };
  return { ...move, from, to, deleted, moved: isMove(state, { to, deleted }, clears) };
}

const GONE: State = { to: null, deleted: true };

/** A push without a digest may have changed the tag. */
function isMove(before: State | undefined, now: State, clears: string | null): boolean {
  if (before === undefined) return true;
  if (before.deleted !== now.deleted || before.to !== now.to) return true;
  return clears === null && now.to === null && !now.deleted;
}
