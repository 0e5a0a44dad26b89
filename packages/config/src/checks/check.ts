/** The context of a check, and where it reports. */
import type { Env } from '@longshore/settings/environment';
import type { Flavor, Purpose } from '../flavor.js';
import type { Problems } from '../problem.js';

/** A check of a valid configuration: adds problems, changes nothing. */
export interface Check {
  flavor: Flavor;
  /** Whether the file is read to run with it, or to explain it. */
  purpose: Purpose;
  env: Env;
  problems: Problems;
}
