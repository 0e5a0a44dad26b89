/**
 * The endpoint's url, taken apart once. What is shown to people is host, port and path: userinfo and the
 * query string are where receivers put their secrets.
 */
import { percentDecoded, readHttpUrl, withoutZone } from '@longshore/settings/http-url';

export { percentDecoded } from '@longshore/settings/http-url';

/** Where requests go, as undici and people need it. */
export interface Target {
  /** `https:`, not `http:`. */
  secure: boolean;
  /** Name or address to connect to, without brackets. */
  host: string;
  port: number;
  /** Scheme, host and port, as undici takes it. Nothing is connected by it. */
  origin: string;
  /** `Host` header, as the registry sends it. */
  authority: string;
  /** Path and query, as it goes into the request line. */
  path: string;
  /** `host:port`, for people. */
  place: string;
  /** `Authorization` made from the userinfo, as the registry does. */
  authorization?: string;
  /** The server speaks first, in plain text, and TLS starts behind that. */
  greets?: boolean | undefined;
  /** What of the url must not be shown: password and query, each as written and as sent. */
  secrets: string[];
}

/** Why a url cannot be posted to, in words. */
export interface Unusable {
  problem: string;
}

/** Reads a url as the endpoint has it. Never throws. */
export function targetOf(text: string): Target | Unusable {
  const read = readHttpUrl(text);
  if ('fault' in read) return { problem: `the endpoint’s url ${read.fault}` };
  const { secure, host, port, authority, path, userinfo } = read;
  const bare = withoutZone(host);
  const bracketed = bare.includes(':') ? `[${bare}]` : bare;
  const origin = `${secure ? 'https' : 'http'}://${bracketed}:${port}`;
  if (!URL.canParse(origin))
    return { problem: 'the endpoint’s url has a host that is no name and no address' };
  const [username = '', ...rest] = userinfo?.split(':') ?? [];
  const password = rest.join(':');
  const authorization = basicOf(userinfo, username, password);
  const query = path.includes('?') ? path.slice(path.indexOf('?')) : '';
  return {
    secure,
    host,
    port,
    origin,
    authority,
    path,
    place: `${bracketed}:${port}`,
    authorization,
    secrets: [
      authorization ?? '',
      password,
      percentDecoded(password),
      query,
      ...new URLSearchParams(query).values(),
    ],
  };
}

/** `host:port` with the port written out. */
export function placeOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function basicOf(userinfo: string | undefined, username: string, password: string): string | undefined {
  if (userinfo === undefined) return undefined;
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
