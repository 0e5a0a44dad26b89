/** What a target is opened with: its settings with the values of their secrets, and what is no setting. */
import type { TlsOptions, Trust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import type { Resolved } from '@longshore/settings/resolved';
import type { z } from 'zod';
import type { targetSettings } from './settings.js';

/** Of a kind of target. `concurrency` is not among it: the caller limits how many calls run at once. */
export type OptionsOf<Settings extends z.ZodType> = Omit<
  Resolved<z.output<Settings>>,
  'concurrency' | 'headers' | 'tls'
> & {
  userAgent: string;
  tls?: TlsOptions;
  /** Where connections may lead to. Default: as the settings' default. */
  egress?: Egress;
  /** Trusted unless `tls.ca` is set. Default: node's own list. */
  trust?: Trust;
  /** Sent to the host of the target's own url and to no other. */
  headers?: Readonly<Record<string, readonly string[]>>;
};

/** What every target has. Credentials are sent to the host of the target's own url and to no other. */
export type CommonOptions = Omit<OptionsOf<ReturnType<typeof targetSettings<string, object>>>, 'kind'> & {
  /** Where redirects and hosts that its answers name may lead to besides public addresses: see `Trusted`. */
  addresses?: readonly string[];
};
