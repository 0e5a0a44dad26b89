/** Credentials of an endpoint, or of a receiver of alerts: one way of them. */
import type { HttpEndpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { hasUserinfo } from './headers.js';

/** @param path of the endpoint or receiver */
export function checkAuth(
  { auth, headers, url }: Pick<HttpEndpoint, 'auth' | 'headers' | 'url'>,
  path: readonly Step[],
  { problems }: Check,
): void {
  if (!auth) return;
  const place = [...path, 'auth'];
  const ways = Object.entries(auth).filter(([, way]) => way !== undefined);
  if (ways.length === 0 && !problems.failedWithin(place)) {
    problems.error(place, 'names no credentials; write bearer, basic or oauth2, or remove it');
  }
  if (ways.length > 1) problems.error(place, 'has more than one of bearer, basic and oauth2; keep one');
  const name = Object.keys(headers).find((one) => one.toLowerCase() === 'authorization');
  if (name !== undefined) {
    problems.error(
      [...path, 'headers', name],
      'is set beside auth, which sends the same header; keep one of them',
    );
  } else if (hasUserinfo({ headers, url })) {
    problems.error(place, 'is set beside the user and password in the url; keep one of them');
  }
}
