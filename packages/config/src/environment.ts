/**
 * The one place that reads `process.env`. Everything else gets the environment handed in, so that a test, or
 * `check` of a file for another machine, can say what it holds.
 */

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The environment of this process, as it is now. */
export function environment(): Env {
  return process.env;
}
