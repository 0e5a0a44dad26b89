/** The settings of Dragonfly’s manager, by its open API. */
import { setting } from '@longshore/settings';
import { baseUrl, credential } from '@longshore/settings/secrets';
import {
  bytes,
  choice,
  count,
  DAY_MS,
  flag,
  registryDuration,
  SECOND_MS,
  text,
} from '@longshore/settings/values';
import { z } from 'zod';
import type { OptionsOf } from '../options.js';
import { targetSettings } from '../settings.js';

/** See the header. */
export const settings = targetSettings('dragonfly', {
  url: setting(baseUrl(), 'Base url of the manager.'),
  token: setting(credential(), 'Personal access token with the scope `job`.').optional(),
  scope: setting(
    choice(['single_seed_peer', 'all_seed_peers', 'all_peers']),
    'Which peers. Default `single_seed_peer`.',
  ).optional(),
  clusters: setting(
    z.array(count({ min: 1, max: 2 ** 31 })),
    'Ids of the scheduler clusters. Default: all, for which the manager has no rate limit.',
  ).optional(),
  registry: setting(
    baseUrl(),
    'Base url of the registry that the nodes pull from, if it is not the event’s.',
  ).optional(),
  ips: setting(
    z.array(text()),
    'Addresses of the peers, for the two `all` scopes. They go before `count`, and that before `percentage`.',
  ).optional(),
  count: setting(count({ min: 1, max: 200 }), 'Number of peers, for the two `all` scopes.').optional(),
  percentage: setting(
    count({ min: 1, max: 100 }),
    'Percentage of the peers, for the two `all` scopes.',
  ).optional(),
  piecelength: setting(
    bytes({ min: 4 * 2 ** 20, max: 64 * 2 ** 20 }),
    'Length of a piece; part of a task’s identity.',
  ).optional(),
  tag: setting(text(), 'Part of a task’s identity, as configured on the nodes.').optional(),
  application: setting(text(), 'Part of a task’s identity, as configured on the nodes.').optional(),
  filteredqueryparams: setting(
    text(),
    'Query parameters that are excluded from a task’s identity. Default: the manager’s list.',
  ).optional(),
  tasks: setting(count({ min: 1, max: 100 }), 'Tasks at once.').optional(),
  peers: setting(count({ min: 1, max: 1000 }), 'Peers at once.').optional(),
  jobtimeout: setting(
    registryDuration({ min: SECOND_MS, max: DAY_MS }),
    'Time limit of a job. Default 1h.',
  ).optional(),
  credentials: setting(
    flag(),
    'Which registry credentials the manager gets; it stores and shows them with the job. Default: only a token that a token server issued for the repository. true: also a password or a configured token. false: none.',
  ).optional(),
  verify: setting(
    flag(),
    'true checks with the peers before a part that a job does not report counts as missing; with `scope: all_peers` only, and slow for the manager.',
  ).optional(),
});

/** What the driver takes. */
export type DragonflyOptions = OptionsOf<typeof settings>;
