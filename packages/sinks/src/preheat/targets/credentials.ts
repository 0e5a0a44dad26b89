/** What is sent to a target's own host besides the request: configured headers and credentials. */
import type { SecretValue } from '@longshore/settings/resolved';
import { CONNECTION_HEADERS } from '../../header-rules.js';
import type { CommonOptions } from './options.js';
import type { Base } from './place.js';

/** What is sent to a target to be let in. */
export interface Credentials {
  /** Names in lower case. */
  headers: Record<string, string | string[]>;
  /** Values that must not be shown. */
  secrets: string[];
}

/** Looked up for each request. A configured header wins over `auth`, that over the url's userinfo. @throws what the lookup of a secret throws */
export function credentialsOf({ auth, headers = {} }: CommonOptions, base: Base): Credentials {
  const secrets = [...base.secrets];
  const sent: Record<string, string | string[]> = {};
  const authorization = authorizationOf(auth, secrets) ?? base.authorization;
  if (authorization !== undefined) sent.authorization = authorization;
  for (const [name, values] of Object.entries(headers)) {
    if (CONNECTION_HEADERS.has(name.toLowerCase())) continue;
    sent[name.toLowerCase()] = [...values];
    secrets.push(...values);
  }
  return { headers: sent, secrets };
}

/** The value now. @throws what its lookup throws */
export function revealed(secret: SecretValue): string {
  return typeof secret === 'string' ? secret : secret();
}

/** The user of `basic`, with the password as it is now. @throws what its lookup throws */
export function userOf(auth: CommonOptions['auth']): { username: string; password: string } | undefined {
  const [user] = Object.entries(auth?.basic ?? {});
  return user && { username: user[0], password: revealed(user[1]) };
}

function authorizationOf(auth: CommonOptions['auth'], secrets: string[]): string | undefined {
  if (auth?.bearer !== undefined) {
    const token = revealed(auth.bearer).trim();
    secrets.push(token);
    return `Bearer ${token}`;
  }
  const user = userOf(auth);
  if (user === undefined) return undefined;
  const { username, password } = user;
  const encoded = Buffer.from(`${username}:${password}`).toString('base64');
  secrets.push(password, encoded);
  return `Basic ${encoded}`;
}
