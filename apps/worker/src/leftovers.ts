/**
 * Endpoints that left the configuration while deliveries were queued for them. Nothing is lost: their queues stay,
 * and their deliveries continue when the endpoint is added again. The log names them, so that an operator knows.
 */
import { type Config, everyEndpoint } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { Inspector } from '@longshore/queue/operator';

/** See the header. Rejects with Redis' error. */
export async function reportLeftovers(
  config: Config,
  inspector: Inspector,
  { log }: Observer,
): Promise<void> {
  const configured = new Set(everyEndpoint(config).map(({ name }) => name));
  for (const endpoint of await inspector.known()) {
    if (configured.has(endpoint)) continue;
    const { waiting, active, delayed, dead } = await inspector.counts(endpoint);
    const queued = waiting + active + delayed;
    if (queued + dead === 0) continue;
    log.warn(
      { endpoint, queued, dead },
      'endpoint is no longer in the configuration but has deliveries: add it again to have them delivered',
    );
  }
}
