/** Endpoints of `kind: preheat`: from where and to where. What a target needs is beside its driver. */
import { quote } from '@longshore/settings/format';
import type { Endpoint, PreheatEndpoint } from '../endpoint.js';
import type { PreheatSettings } from '../preheat.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { checkGlobs } from './globs.js';

/** One endpoint that warms caches. */
export function checkPreheat({ preheat }: PreheatEndpoint, path: readonly Step[], check: Check): void {
  const { problems } = check;
  const place = [...path, 'preheat'];
  checkGlobs(preheat.repositories, [...place, 'repositories'], check);
  checkGlobs(preheat.tags, [...place, 'tags'], check);
  checkGlobs(preheat.registry.hosts, [...place, 'registry', 'hosts'], check);
  checkRegistry(preheat.registry, [...place, 'registry'], check);
  const targets = [...place, 'targets'];
  if (preheat.targets.length === 0 && !problems.failedAt(targets) && !problems.failedWithin(targets))
    problems.error(targets, 'must list at least one target');
  const names = new Set<string>();
  for (const [index, { name }] of preheat.targets.entries()) {
    if (names.has(name)) {
      const said = `${quote(name)} is the name of a target above; names must differ`;
      problems.error([...targets, index, 'name'], said);
    }
    names.add(name);
  }
}

/** How many receivers of pulls are named in a warning. */
const NAMED = 3;

/** Caches and nodes pull what is preheated, and the registry announces these pulls to every other endpoint. */
export function checkPulls(endpoints: readonly Endpoint[], { problems }: Check): void {
  const enabled = endpoints.filter(({ disabled }) => !disabled);
  const preheat = enabled.find(({ kind }) => kind === 'preheat');
  const receivers = enabled.filter(
    (endpoint) =>
      endpoint.kind === 'http' &&
      endpoint.accept.includes('event') &&
      endpoint.needs?.actions?.includes('pull') !== false &&
      !endpoint.ignore.actions.includes('pull'),
  );
  if (!preheat || receivers.length === 0) return;
  const names = receivers.slice(0, NAMED).map(({ name }) => quote(name));
  const more = receivers.length > NAMED ? ` and ${receivers.length - NAMED} more` : '';
  problems.warning(
    ['notifications', 'endpoints', endpoints.indexOf(preheat)],
    `makes caches and nodes pull each pushed image, and ${names.join(', ')}${more} would get these pulls as events (Longshore's own are ignored). Add pull to ignore.actions there unless you want them`,
  );
}

function checkRegistry(
  { url, auth, hosts }: PreheatSettings['registry'],
  place: Step[],
  { problems }: Check,
): void {
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
