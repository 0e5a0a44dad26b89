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
  /** An empty share. */
  open(): Share;
  /** Bytes in all shares. */
  readonly used: number;
}

/**
 * A request that is alone always fits, whatever its size: else a limit below the largest body would refuse that
 * body for ever.
 * @param limit bytes; asked for at each growth, it changes with the configuration
 */
export function createBudget(limit: () => number): Budget {
  let used = 0;
  return {
    get used() {
      return used;
    },
    open() {
      let held = 0;
      let isReleased = false;
      return {
        grow(to) {
          if (to <= held) return true;
          const others = used - held;
          if (isReleased || (others > 0 && others + to > limit())) return false;
          used = others + to;
          held = to;
          return true;
        },
        release() {
          used -= held;
          held = 0;
          isReleased = true;
        },
      };
    },
  };
}
