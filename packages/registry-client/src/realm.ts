/**
 * Which token servers get our credentials. The registry names one in its challenge, and a hostile or hijacked
 * registry can name any: so only https (http where the registry itself is), and only a host that belongs to
 * the registry's owner by its name, or that the operator named.
 *
 * "Belongs" means the same registrable domain by the public suffix list; where that list does not know the
 * suffix (`svc.cluster.local`, `corp`), only a parent or a sub domain. Two services of one cluster are strangers.
 */
import { getDomain, parse } from 'tldts';
import { RegistryError } from './error.js';

/** Clouds whose token server has a name of its own. */
const KNOWN: readonly (readonly [registry: RegExp, realm: string])[] = [
  [/(^|\.)(pkg\.dev|gcr\.io)$/, 'oauth2.googleapis.com'],
  [/(^|\.)azurecr\.io$/, 'login.microsoftonline.com'],
];

/** Registrable domains below which anyone can have a registry, and which the public suffix list does not know. */
const SHARED: ReadonlySet<string> = new Set(['azurecr.io', 'azurecr.cn', 'azurecr.us', 'jfrog.io']);

/**
 * The realm as a URL. Throws `redirect` when it must not be asked. `credentials`: will any be sent there?
 * `settings`: as in `Trusted`.
 */
export function checkRealm(
  realm: string | undefined,
  registry: URL,
  trusted: readonly string[],
  credentials: boolean,
  settings = 'preheat.registry.',
): URL {
  const refused = (what: string) => new RegistryError('redirect', `${registry.host}: ${what}`);
  if (realm === undefined || !URL.canParse(realm)) throw refused('its challenge names no token server');
  const url = new URL(realm);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && registry.protocol === 'http:');
  if (!secure || url.username !== '' || url.password !== '') {
    throw refused(`it names a token server that cannot be trusted (${url.protocol}//${url.host})`);
  }
  if (!credentials || belongs(url, registry) || isNamed(url, trusted)) return url;
  throw refused(
    `its token server ${url.host} is of another domain and gets no credentials; if it should, add it to ${settings}realms`,
  );
}

/** Does the realm's host belong to the owner of the registry, by its name? */
export function belongs(realm: URL, registry: URL): boolean {
  const [one, other] = [realm.hostname, registry.hostname];
  if (one === other) return true;
  if (KNOWN.some(([host, known]) => host.test(other) && one === known)) return true;
  const rules = { allowPrivateDomains: true };
  const { isIcann, isPrivate, isIp, domain } = parse(other, rules);
  if (isIp || (domain !== null && SHARED.has(domain))) return false;
  if (isIcann || isPrivate) return domain !== null && domain === getDomain(one, rules);
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.includes('.') && longer.endsWith(`.${shorter}`);
}

function isNamed({ host, hostname }: URL, trusted: readonly string[]): boolean {
  return trusted.some((entry) => [host, hostname].includes(entry.toLowerCase()));
}
