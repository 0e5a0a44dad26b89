/**
 * The only place that reads `process.env`. All other code gets the environment as a parameter, so that a test, or
 * `check` of a file for another machine, can replace it.
 */
export { isLoopback } from './values/loopback.js';

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
