/**
 * One budget for all bodies that a process holds at a time: bytes that were announced or have arrived, and what
 * they inflate to. A limit for each request alone does not bound the memory of many.
 */

/** Bytes that one request holds. To be released on every path, once; a second time does nothing. */
export interface Share {
  /**
   * Makes the share so many bytes large; a share never shrinks.
   * @returns false, and changes nothing, when the budget has no room for it
   */
  grow(to: number): boolean;
  release(): void;
}

/** The budget of a process. */
export interface Budget {
  /** An empty share. @param sender whose shares together get at most half of the limit */
  open(sender: string): Share;
  /** Bytes in all shares. */
  readonly used: number;
}

/**
 * A sender's only request always fits beside others within the limit, and a request that is alone whatever its size:
 * else a limit below the largest body would always refuse that body. Several requests of one sender get half of the
 * limit together, so that a sender whose bodies never arrive whole does not keep the others out.
 * @param limit bytes; read at each growth, it changes with the configuration
 */
export function createBudget(limit: () => number): Budget {
  let used = 0;
  const bySender = new Map<string, number>();
  return {
    get used() {
      return used;
    },
    open(sender) {
      let held = 0;
      let isReleased = false;
      const hold = (to: number): void => {
        used += to - held;
        const own = (bySender.get(sender) ?? 0) + to - held;
        if (own > 0) bySender.set(sender, own);
        else bySender.delete(sender);
        held = to;
      };
      return {
        grow(to) {
          if (to <= held) return true;
          const others = used - held;
          const ownOthers = (bySender.get(sender) ?? 0) - held;
          if (isReleased || (others > 0 && others + to > limit())) return false;
          if (ownOthers > 0 && ownOthers + to > limit() / 2) return false;
          hold(to);
          return true;
        },
        release() {
          hold(0);
          isReleased = true;
        },
      };
    },
  };
}
