/** An endpoint of `kind: preheat` as its sink takes it: secrets resolved, defaults in place. */
import type { Endpoint, PreheatSettings, PreheatTarget, Secret } from '@longshore/config';
import type { PreheatSinkOptions, TargetOptions } from '@longshore/sinks/preheat';
import { systemTrust } from './trust.js';

/** In milliseconds: a registry may send its event some time before everybody can read the manifest. */
const APPEARS_WITHIN_MS = 120_000;

type Registry = PreheatSinkOptions['registry'];
type Auth = Registry['auth'];

/** @throws LongshoreError SECRET_MISSING */
export function preheatOptions(
  { name, timeout }: Endpoint,
  settings: PreheatSettings,
  version: string,
): Omit<PreheatSinkOptions, 'memory'> {
  const userAgent = `longshore/${version}`;
  const { delay, window, dryrun } = settings;
  return {
    name,
    userAgent,
    registry: { ...registryOf(settings.registry, timeout), manifestBytes: settings.limits.manifestsize },
    policy: policyOf(settings),
    targets: settings.targets.map((target) => ({
      options: targetOf(target, userAgent),
      concurrency: target.concurrency,
    })),
    delay,
    window,
    dryrun,
    appearsWithin: APPEARS_WITHIN_MS,
  };
}

function registryOf(settings: PreheatSettings['registry'], timeout: number): Registry {
  const { url, auth, tls, hosts, realms, addresses, proxy, reserve, concurrency } = settings;
  return {
    url: url?.reveal(),
    auth: authOf(auth),
    tls: revealed(tls),
    trust: systemTrust(),
    ...(proxy && { proxy: proxy.reveal() }),
    timeout,
    trusted: { realms, addresses },
    reserve,
    hosts,
    concurrency,
  };
}

function authOf({ basic, bearer, identity, file }: PreheatSettings['registry']['auth']): Auth {
  const user = userOf(basic);
  if (user) return user;
  if (bearer) return { bearer: bearer.reveal() };
  if (identity) return { identityToken: identity.reveal() };
  return file ? { dockerConfig: file } : undefined;
}

function userOf(
  basic: Record<string, Secret> | undefined,
): { username: string; password: string } | undefined {
  const [first] = Object.entries(basic ?? {});
  return first && { username: first[0], password: first[1].reveal() };
}

function policyOf(settings: PreheatSettings): PreheatSinkOptions['policy'] {
  const { platforms, artifacts, referrers, attestations, foreign } = settings;
  const { depth, manifests, blobs } = settings.limits;
  return {
    platforms,
    attestations,
    foreignLayers: foreign,
    artifacts: artifacts.length === 0 ? 'images' : artifacts.includes('*') ? 'all' : artifacts,
    referrers: referrers.length === 0 ? 'none' : referrers.includes('*') ? 'all' : referrers,
    ...(settings.minblobsize > 0 && { minBlobSize: settings.minblobsize }),
    ...(settings.maxblobsize !== undefined && { maxBlobSize: settings.maxblobsize }),
    ...(settings.maxtotal !== undefined && { maxTotal: settings.maxtotal }),
    limits: { depth, manifests, blobs },
  };
}

/** `checks/preheat.ts` of config has seen to it that each kind has what it needs, and nothing of another. */
function targetOf(target: PreheatTarget, userAgent: string): TargetOptions {
  const { name, kind, timeout, url, origin, tracker, proxy, token, registry, method, scope } = target;
  const common = { name, timeout, userAgent, trust: systemTrust(), ...accessOf(target) };
  const { prefix, ns, namespace = '', realms, addresses } = target;
  const base = url?.reveal() ?? '';
  switch (kind) {
    case 'pull-through':
      return { ...common, kind, url: base, method, prefix, ns, realms, addresses };
    case 'kraken':
      return {
        ...common,
        kind,
        addresses,
        origin: origin?.map((one) => one.reveal()),
        tracker: tracker?.reveal(),
        proxy: proxy?.reveal(),
      };
    case 'dragonfly':
      return {
        ...common,
        ...taskOf(target),
        kind,
        url: base,
        token: lookup(token),
        scope,
        registry: registry?.reveal(),
      };
    case 'kruise':
      return {
        ...common,
        ...jobOf(target),
        kind,
        url: base,
        namespace,
        token: lookup(token),
        registry: registry?.reveal(),
      };
    case 'webhook':
      return { ...common, kind, url: base };
  }
}

function accessOf({ auth, tls, headers }: PreheatTarget) {
  const pairs = Object.entries(headers).map(([name, values]) => [name, values.map((one) => one.reveal())]);
  const [user] = Object.entries(auth?.basic ?? {});
  const basic = user && { username: user[0], password: () => user[1].reveal() };
  return {
    ...(auth && { auth: { basic, bearer: lookup(auth.bearer) } }),
    ...(tls && { tls: revealed(tls) }),
    headers: Object.fromEntries(pairs) as Record<string, string[]>,
  };
}

/** Looked up for each request: a file or variable is replaced from time to time, as Kubernetes does with tokens. */
function lookup(secret: Secret | undefined): (() => string) | undefined {
  return secret && (() => secret.reveal());
}

function taskOf(target: PreheatTarget) {
  const { clusters, ips, count, percentage, piecelength, tag, application } = target;
  const { filteredqueryparams, tasks, peers, jobtimeout, credentials, verify } = target;
  const which = { clusters, ips, count, percentage, tasks, peers };
  return { ...which, piecelength, tag, application, filteredqueryparams, jobtimeout, credentials, verify };
}

function jobOf(target: PreheatTarget) {
  const { selector, podselector, pullsecrets, parallelism, pulltimeout, jobtimeout, ttl, backofflimit } =
    target;
  return { selector, podselector, pullsecrets, parallelism, pulltimeout, jobtimeout, ttl, backofflimit };
}

function revealed({ ca, cert, key }: { ca?: Secret; cert?: Secret; key?: Secret }) {
  return { ca: ca?.reveal(), cert: cert?.reveal(), key: key?.reveal() };
}
