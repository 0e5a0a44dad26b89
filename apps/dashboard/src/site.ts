/** What the frame of each page says about this relay. */
import type { Config } from '@longshore/config';

/** What tells this dashboard from others, in the frame of each page. */
export interface Site {
  /** Of `dashboard.environment`. */
  name?: string;
  /** Of `dashboard.environment`; a class of the style sheet has its name. */
  colour: Config['dashboard']['environment']['colour'];
  version: string;
}
