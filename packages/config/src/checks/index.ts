/** All checks of a configuration that the schema alone cannot make. They report; names are the one thing changed. */
import { revealed } from '@longshore/settings/secrets';
import type { Endpoint, HttpEndpoint } from '../endpoint.js';
import type { Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import { checkAlerts } from './alerts.js';
import { checkArchive } from './archive.js';
import { checkAuth } from './auth.js';
import { checkBroker } from './broker.js';
import type { Check } from './check.js';
import { checkCopy } from './copy.js';
import { checkDelays } from './delays.js';
import { checkEgress } from './egress.js';
import { checkFormat } from './format.js';
import { checkHeaders } from './headers.js';
import { checkImages } from './images.js';
import { nameEndpoints } from './names.js';
import { checkPace } from './pace.js';
import { checkPreheat, checkPulls } from './preheat.js';
import { checkRelay } from './relay.js';
import { checkRules } from './rules.js';
import { checkSecrets } from './secrets.js';
import { checkSign } from './sign.js';
import { checkTls } from './tls.js';
import { checkIngestPath, checkToLongshore, leadsToIngest } from './to-longshore.js';
import { checkUrl } from './url.js';

/** Whether an endpoint of a registry's own file leads to Longshore. Only in `check`: in `run` it would be a loop. */
export const sendsToLongshore = (
  endpoint: Endpoint,
  { flavor, purpose }: Pick<Check, 'flavor' | 'purpose'>,
): boolean =>
  endpoint.kind === 'http' &&
  flavor === 'registry' &&
  purpose === 'check' &&
  leadsToIngest(revealed(endpoint.url));

/** The configuration with endpoint names that differ. */
export function checkConfig(read: Config & { version?: string }, check: Check): Config {
  const { version: _, ...config } = read;
  const endpoints = nameEndpoints(config.notifications.endpoints, check);
  for (const [index, endpoint] of endpoints.entries()) {
    const path = ['notifications', 'endpoints', index];
    checkRules(endpoint, path, check);
    if (endpoint.kind === 'http') checkHeaders(endpoint, path, check);
    if (endpoint.kind === 'http' && sendsToLongshore(endpoint, check)) {
      checkToLongshore(endpoint, path, check);
      continue;
    }
    if (endpoint.kind === 'http') checkReceiver(endpoint, path, config, check);
    else if (endpoint.kind === 'preheat') checkPreheat(endpoint, path, check);
    else if (endpoint.kind === 'copy') checkCopy(endpoint, path, check);
    else checkBroker(endpoint, path, check);
    checkDelays(endpoint, path, check);
    checkPace(endpoint, path, check);
  }
  checkPulls(endpoints, check);
  checkAlerts(config, check);
  checkArchive(config, check);
  checkImages(config, check);
  checkRelay(config, check);
  checkTls(config, check);
  checkEgress(config, check);
  checkSecrets(config, [], check);
  return { ...config, notifications: { ...config.notifications, endpoints } };
}

function checkReceiver(endpoint: HttpEndpoint, path: Step[], config: Config, check: Check): void {
  checkUrl(endpoint, path, config, check);
  checkSign(endpoint, path, check);
  checkAuth(endpoint, path, check);
  checkFormat(endpoint, path, check);
  if (check.flavor === 'registry') checkIngestPath(revealed(endpoint.url), [...path, 'url'], check);
}
