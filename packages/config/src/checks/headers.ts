/** Headers of endpoints: what cannot be sent, what is not sent, and what replaces one of ours. */

import { quote } from '@longshore/settings/format';
import { revealed } from '@longshore/settings/secrets';
import { CONNECTION_HEADERS, isHeaderName, isHeaderValue } from '@longshore/sinks/header-rules';
import type { HttpEndpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

const REPLACED: Readonly<Record<string, string>> = {
  'content-type': 'replaces the media type of the events. Remove it if receivers check the media type',
  'idempotency-key': 'replaces the delivery’s id, so a receiver cannot recognize duplicates. Remove it',
  'x-longshore-delivery': 'replaces the delivery’s id. Remove it',
  'x-longshore-attempt': 'replaces the number of the attempt. Remove it',
};

/** The part of an endpoint, or of a receiver of alerts, that is checked. `url`: whose user becomes a header. */
type Headed = Pick<HttpEndpoint, 'headers'> & Partial<Pick<HttpEndpoint, 'url'>>;

/** The headers of an endpoint, or of a receiver of alerts. */
export function checkHeaders(endpoint: Headed, path: readonly Step[], check: Check): void {
  const seen = new Map<string, string>();
  for (const [name, values] of Object.entries(endpoint.headers)) {
    const place = [...path, 'headers', name];
    const lower = name.toLowerCase();
    const other = seen.get(lower);
    seen.set(lower, name);
    if (other !== undefined) {
      check.problems.warning(
        place,
        `is a duplicate of ${quote(other)}; both are sent. Put all values into one list`,
      );
    }
    checkName(name, place, endpoint, check);
    for (const [index, value] of values.entries()) {
      const text = revealed(value);
      if (text !== undefined && !isHeaderValue(text)) {
        const fault = 'contains a line break or another control character, which headers cannot have';
        check.problems.error(
          [...place, index],
          `${fault}. Remove it (a secret from a file often ends with one)`,
        );
      }
    }
  }
}

function checkName(name: string, place: Step[], endpoint: Headed, { problems }: Check): void {
  const lower = name.toLowerCase();
  const replaces = Object.hasOwn(REPLACED, lower) ? REPLACED[lower] : undefined;
  if (!isHeaderName(name)) {
    problems.error(place, 'is not a header name: letters, digits and - only, without spaces or a colon');
  } else if (CONNECTION_HEADERS.has(lower)) {
    problems.warning(place, 'is not sent: the connection sets it itself. Remove it');
  } else if (replaces !== undefined) {
    problems.warning(place, replaces);
  } else if (lower === 'authorization' && (endpoint.headers[name]?.length ?? 0) > 1) {
    const many = `has ${endpoint.headers[name]?.length} values, and each is sent; a comma in [ ] separates two`;
    problems.warning(place, `${many}. Put the whole value into quotes: ["Bearer …"]`);
  } else if (lower === 'authorization' && hasUserinfo(endpoint)) {
    const twice = 'The registry sends both, of which most receivers read the first';
    problems.warning(place, `replaces the user and password in the url. ${twice}; keep one of them`);
  }
}

/** Whether the url carries a user or password. */
export function hasUserinfo({ url }: Headed): boolean {
  const text = (url && revealed(url)) ?? '';
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
