/** All checks of a configuration that the schema alone cannot make. They report; names are the one thing changed. */
import type { Endpoint } from '../endpoint.js';
import type { Config } from '../schema.js';
import { checkAlerts } from './alerts.js';
import { type Check, revealed } from './check.js';
import { checkDelays } from './delays.js';
import { checkHeaders } from './headers.js';
import { nameEndpoints } from './names.js';
import { checkPace } from './pace.js';
import { checkPreheat, checkPulls } from './preheat.js';
import { checkRelay } from './relay.js';
import { checkRules } from './rules.js';
import { checkSecrets } from './secrets.js';
import { checkIngestPath, checkToLongshore, leadsToIngest } from './to-longshore.js';
import { checkUrl } from './url.js';

/** Whether an endpoint of a registry's own file leads to Longshore. Only in `check`: in `run` it would be a loop. */
export const sendsToLongshore = (
  { url }: Endpoint,
  { flavor, purpose }: Pick<Check, 'flavor' | 'purpose'>,
): boolean => flavor === 'registry' && purpose === 'check' && leadsToIngest(revealed(url));

/** The configuration with endpoint names that differ. */
export function checkConfig(read: Config & { version?: string }, check: Check): Config {
  const { version: _, ...config } = read;
  const endpoints = nameEndpoints(config.notifications.endpoints, check);
  for (const [index, endpoint] of endpoints.entries()) {
    const path = ['notifications', 'endpoints', index];
    checkHeaders(endpoint, path, check);
    checkRules(endpoint, path, check);
    if (sendsToLongshore(endpoint, check)) {
      checkToLongshore(endpoint, path, check);
      continue;
    }
    if (endpoint.kind === 'http') checkUrl(endpoint, path, config, check);
    if (check.flavor === 'registry') checkIngestPath(revealed(endpoint.url), [...path, 'url'], check);
    checkPreheat(endpoint, path, check);
    checkDelays(endpoint, path, check);
    checkPace(endpoint, path, check);
  }
  checkPulls(endpoints, check);
  checkAlerts(config, check);
  checkRelay(config, check);
  checkSecrets(config, [], check);
  return { ...config, notifications: { ...config.notifications, endpoints } };
}
