/**
 * The one place that reads `process.env`. Everything else gets the environment handed in, so that a test, or
 * `check` of a file for another machine, can say what it holds.
 */

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** From now on, local times of this process are UTC: those that it prints and those that it is given. */
export function useUtc(): void {
  process.env.TZ = 'UTC';
}

/** The environment of this process, as it is now. */
export function environment(): Env {
  return process.env;
}
