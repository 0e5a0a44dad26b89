/**
 * Follows redirects, as blobs often need (distribution-spec 1.1), by hand: each hop is checked, and what is
 * meant for the registry stays with it. Signed URLs are secrets: no message holds more of them than the host.
 */
import { reasonIn } from './body.js';
import { RegistryError } from './error.js';
import type { HttpAnswer, HttpRequest, Transport } from './transport.js';

const MOST = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What another host may know. Credentials, and headers that the operator set for the registry, are not among it. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'range',
  'user-agent',
  // what is sent says so itself
  'content-type',
  'content-length',
  'content-range',
]);
/** With these the method stays. */
const KEEPING: ReadonlySet<number> = new Set([307, 308]);

/** An answer, and whether it came from the host that was asked first. */
export interface FinalAnswer extends HttpAnswer {
  url: URL;
  own: boolean;
}

/** Asks, and asks where it is sent to. Rejects with `RegistryError`. */
export async function follow<T>(
  transport: Transport,
  first: HttpRequest,
  read: (answer: FinalAnswer) => Promise<T>,
): Promise<T> {
  let request = first;
  for (let hops = 0; ; hops++) {
    const { url } = request;
    const outcome = await transport.exchange(request, async (answer): Promise<Hop<T>> => {
      const to = REDIRECTS.has(answer.status) ? answer.headers.location : undefined;
      if (to === undefined)
        return { to, value: await read({ ...answer, url, own: url.origin === first.url.origin }) };
      await reasonIn(answer);
      const reads = request.method === 'GET' || request.method === 'HEAD';
      if (!reads && !KEEPING.has(answer.status))
        throw refused(url, `it answers ${request.method} with a redirect by ${answer.status}`);
      return { to };
    });
    if (outcome.to === undefined) return outcome.value;
    if (hops === MOST) throw refused(url, `more than ${MOST} redirects`);
    request = next(request, outcome.to);
  }
}

type Hop<T> = { to: undefined; value: T } | { to: string };

function next(request: HttpRequest, location: string): HttpRequest {
  const { url, headers } = request;
  const to = locationOf(location, url);
  if (to.origin === url.origin) return { ...request, url: to };
  const harmless = Object.entries(headers).filter(([name]) => HARMLESS.has(name.toLowerCase()));
  return { ...request, url: to, headers: Object.fromEntries(harmless) };
}

/** Where a `Location` leads to, which may be relative. Throws `redirect` where no request may be sent. */
export function locationOf(location: string, url: URL): URL {
  if (!URL.canParse(location, url.href)) throw refused(url, 'it redirects to an invalid URL');
  const to = new URL(location, url);
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refused(url, `it redirects to ${to.protocol}`);
  if (url.protocol === 'https:' && to.protocol === 'http:') {
    throw refused(url, `it redirects from https to http at ${to.host}`);
  }
  // a user name in a URL would be sent as credentials
  to.username = '';
  to.password = '';
  return to;
}

function refused(url: URL, what: string): RegistryError {
  return new RegistryError('redirect', `${url.host}: ${what}; that is not followed`);
}
