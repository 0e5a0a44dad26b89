/** Tells an operator that anybody can send events: ingest beyond loopback, and no secret asked for anywhere. */
import { type Config, isLoopback } from '@longshore/config';
import type { Observer } from '@longshore/observe';

/** One warning at the start; it refuses nothing. */
export function warnOfOpenIngest({ ingest, sources }: Config, observer: Observer): void {
  const open =
    Object.keys(ingest.auth).length === 0 && sources.every(({ auth }) => Object.keys(auth).length === 0);
  if (!open || isLoopback(ingest.listen.host)) return;
  const where = ingest.listen.host || 'all addresses';
  observer.log.warn(
    { listen: where },
    'INGEST IS OPEN: whoever reaches this port can send events; set ingest.auth, or an auth for each source',
  );
}
