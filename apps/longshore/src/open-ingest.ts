/** Warns that anyone can send events: ingest listens beyond loopback, and no source asks for a secret. */
import { type Auth, type Config, isLoopback } from '@longshore/config';
import type { Observer } from '@longshore/observe';

/** Whether every path of ingest asks for a secret. Sources without an `auth` of their own ask for `ingest.auth`. */
export const asksForSecret = ({ ingest, sources }: Config): boolean =>
  isSet(ingest.auth) || (sources.length > 0 && sources.every(({ auth }) => isSet(auth)));

const isSet = (auth: Auth): boolean => Object.keys(auth).length > 0;

/** One warning at the start; it refuses nothing. */
export function warnOfOpenIngest({ ingest, sources }: Config, observer: Observer): void {
  const open = !isSet(ingest.auth) && !sources.some(({ auth }) => isSet(auth));
  if (!open || isLoopback(ingest.listen.host)) return;
  const where = ingest.listen.host || 'all addresses';
  observer.log.warn(
    { listen: where },
    'INGEST IS OPEN: anyone who reaches this port can send events; set ingest.auth, or an auth for each source',
  );
}
