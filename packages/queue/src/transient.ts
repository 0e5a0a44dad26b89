/** Which failures of a command end without a change to the program or its data. */

/** Faults of the program, and values that cannot be written. */
const FAULTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** Redis' answers to a command that is wrong in itself: another type of key, unknown commands, faults in a script. */
const WRONG_COMMAND = /^(WRONGTYPE|ERR|CROSSSLOT)\b/;

/** Redis before 7 wraps the state that a command in a script met in an error of the script. */
const STATE_IN_SCRIPT = /-(OOM|MISCONF|READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS)\b/;

/** Redis is unavailable, full, loading or failing over: the same command can succeed later. */
export function isTransient(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  if (FAULTS.some((fault) => cause instanceof fault)) return false;
  return !WRONG_COMMAND.test(cause.message) || STATE_IN_SCRIPT.test(cause.message);
}
