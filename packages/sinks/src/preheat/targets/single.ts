/** What a target with one url is made on: its requests, and where that url leads or why it leads nowhere. */
import type { SecretValue } from '@longshore/settings/resolved';
import { TargetHttp } from './http.js';
import type { CommonOptions } from './options.js';
import { type Base, baseOf, type Unusable } from './place.js';

/** Opens no connection. A `token` goes before `auth`. */
export function openSingle(options: CommonOptions & { url: string; token?: SecretValue }): {
  http: TargetHttp;
  base: Base | Unusable;
} {
  const { url, token, auth } = options;
  const base = baseOf(url, 'the target’s url');
  const own = 'problem' in base ? [] : [base];
  const http = new TargetHttp({ ...options, auth: token === undefined ? auth : { bearer: token } }, own);
  return { http, base };
}
