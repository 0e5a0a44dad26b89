/** One target of a preheat endpoint. Each kind reads some of the keys; the words say which. */
import { TARGET_KINDS } from '@longshore/sinks/kinds';
import { z } from 'zod';
import { DAY, registryDuration, SECOND } from './values/durations.js';
import { bytes, choice, count, flag, text } from './values/scalars.js';
import { credential, url } from './values/secrets.js';
import { oneOrMore, setting } from './values/setting.js';
import { certificates, headers } from './values/shapes.js';

const labels = (words: string) => setting(z.record(z.string(), text()), words);

const access = {
  auth: z
    .strictObject({
      basic: setting(z.record(z.string(), credential()), 'One user and its password.').optional(),
      bearer: setting(credential(), 'Sent as `Authorization: Bearer …`.').optional(),
    })
    .meta({ description: 'Sent to the target’s own host and to no other.' })
    .optional(),
  tls: certificates().optional(),
  headers: headers(),
};

const cache = {
  method: setting(
    choice(['get', 'head', 'manifest']),
    'pull-through: `get` reads every blob to its end; `head` is enough for Distribution’s own cache; `manifest` for zot and Harbor, which fetch the rest themselves (others stay cold). `get` unless set.',
  ).optional(),
  prefix: setting(text(), 'pull-through: what stands before the repository in the cache.').optional(),
  ns: setting(flag(), 'pull-through: true names the registry in `?ns=`, for a mirror of several.').optional(),
};

const elsewhere = {
  realms: setting(
    z.array(text()),
    'pull-through: hosts besides the cache’s own that may be given its credentials to get a token.',
  ).optional(),
  addresses: setting(
    z.array(text()),
    'pull-through, kraken: where redirects, and origins that an origin names, may lead to besides public addresses and the kind of network that the origin is in: addresses, networks, hosts.',
  ).optional(),
};

const kraken = {
  origin: setting(oneOrMore(url()), 'kraken: base url of any origin, or a list.').optional(),
  tracker: setting(url(), 'kraken: base url of the tracker.').optional(),
  proxy: setting(url(), 'kraken: base url of the port of the proxy that takes notifications.').optional(),
};

const dragonfly = {
  token: setting(
    credential(),
    'dragonfly: personal access token with the scope `job`. kruise: token of a service account; a `file:` is read anew for each request.',
  ).optional(),
  scope: setting(
    choice(['single_seed_peer', 'all_seed_peers', 'all_peers']),
    'dragonfly: which peers; `single_seed_peer` unless set.',
  ).optional(),
  clusters: setting(
    z.array(count({ min: 1, max: 2 ** 31 })),
    'dragonfly: ids of the scheduler clusters. Default: all.',
  ).optional(),
  registry: setting(
    url(),
    'dragonfly, kruise: where the nodes pull from, when it is not the registry of the event: a base url; of kruise, a host.',
  ).optional(),
  ips: setting(z.array(text()), 'dragonfly: addresses of the peers, for the two `all` scopes.').optional(),
  count: setting(
    count({ min: 1, max: 200 }),
    'dragonfly: so many peers, for the two `all` scopes.',
  ).optional(),
  percentage: setting(
    count({ min: 1, max: 100 }),
    'dragonfly: such a share of the peers, for the two `all` scopes.',
  ).optional(),
  piecelength: setting(
    bytes({ min: 4 * 2 ** 20, max: 64 * 2 ** 20 }),
    'dragonfly: length of a piece; part of a task’s identity.',
  ).optional(),
  tag: setting(text(), 'dragonfly: part of a task’s identity, as the nodes have it.').optional(),
  application: setting(text(), 'dragonfly: part of a task’s identity, as the nodes have it.').optional(),
  filteredqueryparams: setting(
    text(),
    'dragonfly: query parameters that are no part of a task’s identity.',
  ).optional(),
  tasks: setting(count({ min: 1, max: 100 }), 'dragonfly: tasks at once.').optional(),
  peers: setting(count({ min: 1, max: 1000 }), 'dragonfly: peers at once.').optional(),
  jobtimeout: setting(
    registryDuration({ min: SECOND, max: DAY }),
    'dragonfly, kruise: how long a job may take.',
  ).optional(),
  credentials: setting(
    flag(),
    'dragonfly: what the manager is given of the registry’s credentials; it keeps and shows them with the job. Unless set: only a token that a token server issued for the repository. true: also a password or a configured token. false: nothing.',
  ).optional(),
  verify: setting(
    flag(),
    'dragonfly: true asks the peers for what a job does not report, before it counts as missing; with `scope: all_peers` only, and it takes the manager a while.',
  ).optional(),
};

const kruise = {
  namespace: setting(text(), 'kruise: where jobs are made.').optional(),
  selector: z
    .strictObject({
      names: setting(z.array(text()), 'kruise: names of nodes.').optional(),
      matchlabels: labels('kruise: labels of nodes.').optional(),
    })
    .meta({ description: 'kruise: which nodes.' })
    .optional(),
  podselector: z
    .strictObject({ matchlabels: labels('kruise: labels of pods on whose nodes it is warmed.') })
    .meta({ description: 'kruise: the nodes of which pods.' })
    .optional(),
  pullsecrets: setting(z.array(text()), 'kruise: names of the pull secrets.').optional(),
  parallelism: setting(count({ min: 1, max: 10_000 }), 'kruise: nodes at once.').optional(),
  pulltimeout: setting(
    registryDuration({ min: SECOND, max: DAY }),
    'kruise: how long one node may take.',
  ).optional(),
  ttl: setting(
    registryDuration({ min: SECOND, max: DAY }),
    'kruise: how long a finished job is kept.',
  ).optional(),
  backofflimit: setting(count({ min: 0, max: 100 }), 'kruise: tries on each node.').optional(),
};

/** Some caches are silent until they have the whole blob, or image. */
const TIMEOUTS = { 'pull-through': 10 * 60_000, other: 60_000 };

/** Without `url` for kraken only. Times are milliseconds, sizes bytes. */
export const target = z
  .strictObject({
    name: setting(text(), 'What records, metrics and tables call it; unique in its endpoint.', ''),
    kind: setting(choice(TARGET_KINDS), 'What kind of cache it is.'),
    url: setting(url(), 'Base url of the target; of a webhook, the url that is posted to.').optional(),
    concurrency: setting(
      count({ min: 1, max: 1000 }),
      'Parts that are asked of it at once, over all workers.',
      4,
    ),
    timeout: setting(
      registryDuration({ min: SECOND, max: DAY }),
      'How long one request may take; of pull-through, how long no byte may come. 1m unless set; of pull-through 10m, since some caches answer when they have it all.',
    ).optional(),
    ...access,
    ...cache,
    ...elsewhere,
    ...kraken,
    ...dragonfly,
    ...kruise,
  })
  .meta({ description: 'One target.', required: ['name', 'kind'] })
  .transform(({ timeout, ...rest }) => ({
    ...rest,
    timeout: timeout ?? (rest.kind === 'pull-through' ? TIMEOUTS['pull-through'] : TIMEOUTS.other),
  }));
