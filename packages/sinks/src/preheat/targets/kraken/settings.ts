/** The settings of a Kraken cluster. Any of the three urls; the first that can do it is used: origin, tracker, proxy. */
import { oneOrMore, setting } from '@longshore/settings';
import { baseUrl } from '@longshore/settings/secrets';
import { text } from '@longshore/settings/values';
import { z } from 'zod';
import type { OptionsOf } from '../options.js';
import { targetSettings } from '../settings.js';

/** See the header. */
export const settings = targetSettings('kraken', {
  origin: setting(
    oneOrMore(baseUrl()),
    'Base url of any origin, or a list. The others are found through them.',
  ).optional(),
  tracker: setting(baseUrl(), 'Base url of the tracker.').optional(),
  proxy: setting(baseUrl(), 'Base url of the proxy’s notification port.').optional(),
  addresses: setting(
    z.array(text()),
    'Allowed addresses of origins that an origin names, in addition to public addresses and the origin’s own kind of network: addresses, networks, hosts.',
  ).optional(),
}).refine(
  ({ origin = [], tracker, proxy }) => origin.length > 0 || tracker !== undefined || proxy !== undefined,
  'has no address: write origin, tracker or proxy',
);

/** What the driver takes. */
export type KrakenOptions = OptionsOf<typeof settings>;
