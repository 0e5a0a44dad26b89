/** What every check gets: what it may look at besides the configuration, and where it reports. */
import type { Env } from '../environment.js';
import type { Flavor, Purpose } from '../flavor.js';
import type { Problems } from '../problem.js';
import type { Secret } from '../secret.js';

/** One look over a configuration that could be read: adds problems, changes nothing. */
export interface Check {
  flavor: Flavor;
  /** What the file is read for: to run with it, or to say what is in it. */
  purpose: Purpose;
  env: Env;
  problems: Problems;
}

/** The value of a secret, or undefined while its reference leads nowhere. Never to be reported. */
export function revealed(secret: Secret): string | undefined {
  try {
    return secret.reveal();
  } catch {
    return undefined;
  }
}
