/** Endpoints of `kind: preheat`: usable targets, and the keys of their kind. */

import { quote } from '@longshore/settings/format';
import type { Secret } from '@longshore/settings/secrets';
import type { Endpoint } from '../endpoint.js';
import type { PreheatSettings, PreheatTarget } from '../preheat.js';
import type { Step } from '../yaml/node.js';
import { type Check, revealed } from './check.js';
import { checkGlobs } from './globs.js';

type Registry = PreheatSettings['registry'];

/** The keys of every kind. */
const COMMON = ['name', 'kind', 'concurrency', 'timeout', 'auth', 'tls', 'headers'];
const DRAGONFLY = ['url', 'token', 'scope', 'clusters', 'registry', 'ips', 'count', 'percentage'];
const TASK = ['piecelength', 'tag', 'application', 'filteredqueryparams', 'tasks', 'peers', 'jobtimeout'];
const KRUISE = ['url', 'token', 'namespace', 'registry', 'selector', 'podselector', 'pullsecrets'];
const JOB = ['parallelism', 'pulltimeout', 'jobtimeout', 'ttl', 'backofflimit'];

const KNOWN: Readonly<Record<PreheatTarget['kind'], readonly string[]>> = {
  'pull-through': [...COMMON, 'url', 'method', 'prefix', 'ns', 'realms', 'addresses'],
  kraken: [...COMMON, 'origin', 'tracker', 'proxy', 'addresses'],
  dragonfly: [...COMMON, ...DRAGONFLY, ...TASK, 'credentials', 'verify'],
  kruise: [...COMMON, ...KRUISE, ...JOB],
  webhook: [...COMMON, 'url'],
};

/** One endpoint; also that no other kind has the block. */
export function checkPreheat(endpoint: Endpoint, path: readonly Step[], check: Check): void {
  const { kind, preheat } = endpoint;
  const { problems } = check;
  const place = [...path, 'preheat'];
  if (kind !== 'preheat') {
    if (preheat) problems.error(place, 'is only for kind: preheat. Write the kind, or remove the block');
    return;
  }
  if (revealed(endpoint.url) !== '')
    problems.error([...path, 'url'], 'is not allowed with kind: preheat; use preheat.targets');
  if (!preheat) {
    if (!problems.failedAt(place)) problems.error(place, 'is missing; it is required with kind: preheat');
    return;
  }
  checkGlobs(preheat.repositories, [...place, 'repositories'], check);
  checkGlobs(preheat.tags, [...place, 'tags'], check);
  checkGlobs(preheat.registry.hosts, [...place, 'registry', 'hosts'], check);
  if (preheat.registry.url) checkUrl(preheat.registry.url, [...place, 'registry', 'url'], check);
  checkRegistry(preheat.registry, [...place, 'registry'], check);
  oneUser(preheat.registry.auth.basic, [...place, 'registry', 'auth', 'basic'], check);
  if (preheat.targets.length === 0 && !problems.failedAt([...place, 'targets']))
    problems.error([...place, 'targets'], 'must list at least one target');
  const names = new Set<string>();
  for (const [index, target] of preheat.targets.entries()) {
    const at = [...place, 'targets', index];
    checkName(target.name, names, [...at, 'name'], check);
    checkTarget(target, at, check);
  }
}

/** How many receivers of pulls are named in a warning. */
const NAMED = 3;

/** Caches and nodes pull what is preheated, and the registry announces these pulls to every other endpoint. */
export function checkPulls(endpoints: readonly Endpoint[], { problems }: Check): void {
  const enabled = endpoints.filter(({ disabled }) => !disabled);
  const preheat = enabled.find(({ kind }) => kind === 'preheat');
  const receivers = enabled.filter(
    ({ kind, accept, ignore }) =>
      kind !== 'preheat' && accept.includes('event') && !ignore.actions.includes('pull'),
  );
  if (!preheat || receivers.length === 0) return;
  const names = receivers.slice(0, NAMED).map(({ name }) => quote(name));
  const more = receivers.length > NAMED ? ` and ${receivers.length - NAMED} more` : '';
  problems.warning(
    ['notifications', 'endpoints', endpoints.indexOf(preheat)],
    `makes caches and nodes pull each pushed image, and ${names.join(', ')}${more} would get these pulls as events (Longshore's own are ignored). Add pull to ignore.actions there unless you want them`,
  );
}

function checkRegistry({ url, auth, hosts }: Registry, place: Step[], { problems }: Check): void {
  const { file: _, ...kept } = auth;
  const ways = Object.entries(auth).filter(([, value]) => value !== undefined);
  if (ways.length > 1) problems.error([...place, 'auth'], 'has more than one method; keep one');
  if (!url && Object.values(kept).some((value) => value !== undefined))
    problems.error(
      [...place, 'auth'],
      'requires registry.url: otherwise any sender could direct these credentials to its own host. Set the url, or use auth.file',
    );
  if (!url && hosts.length === 0 && !problems.failedAt([...place, 'hosts']))
    problems.error(
      place,
      'has neither url nor hosts, so any sender of events could name any registry. Write url: https://registry.example.com, or hosts: [registry.example.com] for the hosts that events may name; hosts: ["*"] allows every host at a public address',
    );
  if (url && hosts.length > 0)
    problems.warning([...place, 'hosts'], 'has no effect beside registry.url. Remove one of them');
}

function checkName(name: string, taken: Set<string>, place: Step[], { problems }: Check): void {
  if (problems.failedAt(place)) return;
  // It becomes a metric label and part of keys.
  if (!/^[\w.-]{1,64}$/.test(name)) problems.error(place, 'must be 1 to 64 letters, digits and . _ -');
  else if (taken.has(name))
    problems.error(place, `${quote(name)} is the name of a target above; names must differ`);
  taken.add(name);
}

function checkTarget(target: PreheatTarget, place: Step[], check: Check): void {
  const { problems } = check;
  const { kind, url, origin, tracker, proxy, namespace, registry } = target;
  const known = KNOWN[kind];
  for (const [key, value] of Object.entries(target)) {
    if (value === undefined || known.includes(key)) continue;
    problems.error([...place, key], `is not a setting of kind ${kind}. Its settings are ${known.join(', ')}`);
  }
  if (kind === 'kraken') {
    if (!origin?.length && !tracker && !proxy)
      problems.error(place, 'has no address: write origin, tracker or proxy');
  } else if (!url) problems.error([...place, 'url'], 'is missing');
  if (kind === 'kruise' && !namespace) problems.error([...place, 'namespace'], 'is missing');
  checkSelectors(target, place, check);
  if (url) checkUrl(url, [...place, 'url'], check);
  if (tracker) checkUrl(tracker, [...place, 'tracker'], check);
  if (proxy) checkUrl(proxy, [...place, 'proxy'], check);
  if (registry && kind === 'dragonfly') checkUrl(registry, [...place, 'registry'], check);
  if (registry && kind === 'kruise' && revealed(registry)?.includes('@'))
    problems.error([...place, 'registry'], 'contains a user, which every job would show; use pullsecrets');
  for (const [index, one] of (origin ?? []).entries()) checkUrl(one, [...place, 'origin', index], check);
  oneUser(target.auth?.basic, [...place, 'auth', 'basic'], check);
}

/** OpenKruise refuses a job that has more than one. */
function checkSelectors({ selector, podselector }: PreheatTarget, place: Step[], { problems }: Check): void {
  if (selector?.names && selector.matchlabels)
    problems.error([...place, 'selector'], 'has names and matchlabels; keep one of them');
  if (selector && podselector)
    problems.error([...place, 'podselector'], 'is set together with selector; keep one of them');
}

function checkUrl(url: Secret, place: Step[], { problems }: Check): void {
  const text = revealed(url);
  if (text === undefined || problems.failedAt(place)) return;
  if (!/^https?:\/\/[^/?#\s\\]/i.test(text) || !URL.canParse(text))
    problems.error(place, 'is not a url; write http://host:port or https://host');
  else if (new URL(text).username !== '')
    problems.error(place, 'contains a user; set it under auth.basic, which is not logged');
}

function oneUser(basic: object | undefined, place: Step[], { problems }: Check): void {
  const users = Object.keys(basic ?? {}).length;
  if (users > 1) problems.error(place, `has ${users} users; a request can send one`);
}
