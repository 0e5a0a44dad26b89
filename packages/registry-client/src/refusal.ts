/** What an answer that is not the one wanted means, in words that say what to do. */
import { notBeforeOf } from '@longshore/event';
import { RegistryError } from './error.js';
import { LONGEST_PAUSE_MS } from './pace.js';
import type { FinalAnswer } from './redirects.js';

interface Asked {
  /** `registry.example.com: GET acme/app manifests/1.0` */
  place: string;
  /** What the body gives as reason, with a space before it. */
  reason: string;
  /** Are there credentials for this repository? */
  credentials: boolean;
  /** Epoch milliseconds. */
  now: number;
}

/** An error code of the specification: `MANIFEST_UNKNOWN`; Harbor's is `NOT_FOUND`. */
const CODE = /^ [A-Z]+_[A-Z_]+(?::|$)/;

/** The error of an answer with an unwanted status. */
export function refusalOf(answer: FinalAnswer, { place, reason, credentials, now }: Asked): RegistryError {
  const { url, own, status, headers } = answer;
  const said = `${place}${own ? '' : `, at ${url.host}`}: answered ${status}${reason}`;
  const bare = 'asked without credentials, because none are configured';
  if (status === 404) {
    const attested = own && (headers['docker-distribution-api-version'] !== undefined || CODE.test(reason));
    return new RegistryError('not_found', own && !credentials ? `${said}; ${bare}` : said, {
      status,
      attested,
    });
  }
  if ((status === 401 || status === 403) && own) {
    const step = credentials
      ? 'check the credentials and what they may read'
      : `${bare}: check the credentials`;
    return new RegistryError('unauthorized', `${said}; ${step}`, { status });
  }
  // at another host it is a signed URL that has expired, or a clock that is wrong
  const asked = notBeforeOf(headers['retry-after'], now);
  const notBefore = asked && Math.min(asked, now + LONGEST_PAUSE_MS);
  return new RegistryError('server', `${said}${own ? '' : elsewhere(answer)}`, {
    status,
    ...(notBefore !== undefined && { notBefore }),
  });
}

/** A registry that moved asks for credentials at its new place, and those are for the configured one. */
function elsewhere({ url, status, headers }: FinalAnswer): string {
  if (status !== 401 || headers['www-authenticate'] === undefined) return '';
  return `; credentials are not sent to where a registry redirects: if ${url.origin} is the registry, set its url to that`;
}

/** The same refusal, with what came of another try. */
export function withNote(refusal: RegistryError, note: string): RegistryError {
  const { kind, message, status, notBefore, attested } = refusal;
  return new RegistryError(kind, `${message}; ${note}`, {
    attested,
    ...(status !== undefined && { status }),
    ...(notBefore !== undefined && { notBefore }),
  });
}
