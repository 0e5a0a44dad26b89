/**
 * The endpoint's url, taken apart once. What is shown to people is the host and port only: userinfo and the
 * query string are where receivers put their secrets.
 */

/** Where requests go, as undici and people need it. */
export interface Target {
  /** `http:` or `https:` */
  secure: boolean;
  /** Scheme, host and port, as undici takes it. */
  origin: string;
  /** Path and query, as it goes into the request line. */
  path: string;
  /** `host:port`, for people. */
  place: string;
  /** `Authorization` made from the userinfo, as the registry does. */
  authorization?: string;
  /** What of the url must not be shown: password and query, each as written and as sent. */
  secrets: string[];
  url: URL;
}

/** Why a url cannot be posted to, in words. */
export interface Unusable {
  problem: string;
}

/** Reads a url as the endpoint has it. Never throws. */
export function targetOf(text: string): Target | Unusable {
  if (text.trim() === '') return { problem: 'the endpoint has no url' };
  if (!URL.canParse(text)) return { problem: 'the endpoint’s url cannot be read as a URL' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return {
      problem: `the endpoint’s url has the scheme ${url.protocol.slice(0, 20)} where http: or https: is needed`,
    };
  }
  const authorization = basicOf(url);
  return {
    secure: url.protocol === 'https:',
    origin: url.origin,
    path: url.pathname + url.search,
    place: placeOf(url),
    authorization,
    secrets: [
      authorization ?? '',
      url.password,
      percentDecoded(url.password),
      url.search,
      ...url.searchParams.values(),
    ],
    url,
  };
}

/** `host:port` with the port written out. */
export function placeOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function basicOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

/** A stray `%` is a character of the password, not a reason to refuse the url. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
