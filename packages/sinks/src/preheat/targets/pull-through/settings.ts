/** The settings of a cache that fetches what it is asked for. */
import { setting } from '@longshore/settings';
import { baseUrl } from '@longshore/settings/secrets';
import { choice, flag, text } from '@longshore/settings/values';
import { z } from 'zod';
import type { OptionsOf } from '../options.js';
import { targetSettings } from '../settings.js';

/** See the header. */
export const settings = targetSettings(
  'pull-through',
  {
    url: setting(baseUrl(), 'Base url of the cache.'),
    method: setting(
      choice(['get', 'head', 'manifest']),
      '`get` reads every blob to its end; `head` is enough for Distribution’s own cache; `manifest` for zot and Harbor, which fetch the rest themselves (other caches stay cold). Default `get`.',
    ).optional(),
    prefix: setting(text(), 'Prefix of the repository in the cache.').optional(),
    ns: setting(flag(), 'true adds the registry as `?ns=`, for a mirror of several registries.').optional(),
    realms: setting(
      z.array(text()),
      'Token servers on other hosts that may get the cache’s credentials.',
    ).optional(),
    addresses: setting(
      z.array(text()),
      'Allowed targets of redirects, in addition to public addresses and the cache’s own kind of network: addresses, networks, hosts.',
    ).optional(),
  },
  '10m',
);

/** What the driver takes. */
export type PullThroughOptions = OptionsOf<typeof settings>;
