/** One target of a preheat endpoint. Each kind reads some of the keys; the descriptions say which. */

import { certificates, DAY_MS, headers, oneOrMore, SECOND_MS, setting } from '@longshore/settings';
import { credential, url } from '@longshore/settings/secrets';
import { bytes, choice, count, flag, registryDuration, text } from '@longshore/settings/values';
import { TARGET_KINDS } from '@longshore/sinks/kinds';
import { z } from 'zod';

const labels = (words: string) => setting(z.record(z.string(), text()), words);

const access = {
  auth: z
    .strictObject({
      basic: setting(z.record(z.string(), credential()), 'One user and its password.').optional(),
      bearer: setting(credential(), 'Sent as `Authorization: Bearer …`.').optional(),
    })
    .meta({ description: 'Credentials for the target; sent to its own host only.' })
    .optional(),
  tls: certificates().optional(),
  headers: headers(),
};

const cache = {
  method: setting(
    choice(['get', 'head', 'manifest']),
    'pull-through: `get` reads every blob to its end; `head` is enough for Distribution’s own cache; `manifest` for zot and Harbor, which fetch the rest themselves (other caches stay cold). Default `get`.',
  ).optional(),
  prefix: setting(text(), 'pull-through: prefix of the repository in the cache.').optional(),
  ns: setting(
    flag(),
    'pull-through: true adds the registry as `?ns=`, for a mirror of several registries.',
  ).optional(),
};

const elsewhere = {
  realms: setting(
    z.array(text()),
    'pull-through: token servers on other hosts that may get the cache’s credentials.',
  ).optional(),
  addresses: setting(
    z.array(text()),
    'pull-through, kraken: allowed targets of redirects and of origins that an origin names, in addition to public addresses and the origin’s own kind of network: addresses, networks, hosts.',
  ).optional(),
};

const kraken = {
  origin: setting(oneOrMore(url()), 'kraken: base url of any origin, or a list.').optional(),
  tracker: setting(url(), 'kraken: base url of the tracker.').optional(),
  proxy: setting(url(), 'kraken: base url of the proxy’s notification port.').optional(),
};

const dragonfly = {
  token: setting(
    credential(),
    'dragonfly: personal access token with the scope `job`. kruise: token of a service account; a `file:` is read again for each request.',
  ).optional(),
  scope: setting(
    choice(['single_seed_peer', 'all_seed_peers', 'all_peers']),
    'dragonfly: which peers. Default `single_seed_peer`.',
  ).optional(),
  clusters: setting(
    z.array(count({ min: 1, max: 2 ** 31 })),
    'dragonfly: ids of the scheduler clusters. Default: all.',
  ).optional(),
  registry: setting(
    url(),
    'dragonfly, kruise: registry that the nodes pull from, if it is not the event’s: a base url; for kruise, a host.',
  ).optional(),
  ips: setting(z.array(text()), 'dragonfly: addresses of the peers, for the two `all` scopes.').optional(),
  count: setting(
    count({ min: 1, max: 200 }),
    'dragonfly: number of peers, for the two `all` scopes.',
  ).optional(),
  percentage: setting(
    count({ min: 1, max: 100 }),
    'dragonfly: percentage of the peers, for the two `all` scopes.',
  ).optional(),
  piecelength: setting(
    bytes({ min: 4 * 2 ** 20, max: 64 * 2 ** 20 }),
    'dragonfly: length of a piece; part of a task’s identity.',
  ).optional(),
  tag: setting(text(), 'dragonfly: part of a task’s identity, as configured on the nodes.').optional(),
  application: setting(
    text(),
    'dragonfly: part of a task’s identity, as configured on the nodes.',
  ).optional(),
  filteredqueryparams: setting(
    text(),
    'dragonfly: query parameters that are excluded from a task’s identity.',
  ).optional(),
  tasks: setting(count({ min: 1, max: 100 }), 'dragonfly: tasks at once.').optional(),
  peers: setting(count({ min: 1, max: 1000 }), 'dragonfly: peers at once.').optional(),
  jobtimeout: setting(
    registryDuration({ min: SECOND_MS, max: DAY_MS }),
    'dragonfly, kruise: time limit of a job.',
  ).optional(),
  credentials: setting(
    flag(),
    'dragonfly: which registry credentials the manager gets; it stores and shows them with the job. Default: only a token that a token server issued for the repository. true: also a password or a configured token. false: none.',
  ).optional(),
  verify: setting(
    flag(),
    'dragonfly: true checks with the peers before a part that a job does not report counts as missing; with `scope: all_peers` only, and slow for the manager.',
  ).optional(),
};

const kruise = {
  namespace: setting(text(), 'kruise: namespace of the jobs.').optional(),
  selector: z
    .strictObject({
      names: setting(z.array(text()), 'kruise: names of nodes.').optional(),
      matchlabels: labels('kruise: labels of nodes.').optional(),
    })
    .meta({ description: 'kruise: which nodes.' })
    .optional(),
  podselector: z
    .strictObject({ matchlabels: labels('kruise: labels of pods; the nodes of these pods are warmed.') })
    .meta({ description: 'kruise: selects nodes by their pods.' })
    .optional(),
  pullsecrets: setting(z.array(text()), 'kruise: names of the pull secrets.').optional(),
  parallelism: setting(count({ min: 1, max: 10_000 }), 'kruise: how many nodes pull at once.').optional(),
  pulltimeout: setting(
    registryDuration({ min: SECOND_MS, max: DAY_MS }),
    'kruise: time limit of one node.',
  ).optional(),
  ttl: setting(
    registryDuration({ min: SECOND_MS, max: DAY_MS }),
    'kruise: how long a finished job is kept.',
  ).optional(),
  backofflimit: setting(count({ min: 0, max: 100 }), 'kruise: attempts on each node.').optional(),
};

/** Some caches send nothing until they have the whole blob, or image. Milliseconds. */
const TIMEOUTS = { 'pull-through': 10 * 60_000, other: 60_000 };

/** Without `url` for kraken only. Times are milliseconds, sizes bytes. */
export const target = z
  .strictObject({
    name: setting(text(), 'Name in records, metrics and tables; unique in its endpoint.', ''),
    kind: setting(choice(TARGET_KINDS), 'Kind of cache.'),
    url: setting(url(), 'Base url of the target; for a webhook, the url to post to.').optional(),
    concurrency: setting(
      count({ min: 1, max: 1000 }),
      'Parts requested from it at once, over all workers.',
      4,
    ),
    timeout: setting(
      registryDuration({ min: SECOND_MS, max: DAY_MS }),
      'Time limit of one request; for pull-through, the longest time without a byte. Default 1m; for pull-through 10m, since some caches answer only after they have downloaded everything.',
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
