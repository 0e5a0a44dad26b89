/** Every block `tls`: certificates that cannot be used, that expire soon, or that are not checked. */
import { expiryOf, tlsFault } from '@longshore/network';
import { revealAll } from '@longshore/settings/resolved';
import { revealed, type Secret } from '@longshore/settings/secrets';
import { DAY_MS } from '@longshore/settings/values';
import type { Config } from '../schema.js';
import { type TlsSettings, tlsBlocks } from '../tls-blocks.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** As the alert rule of Prometheus has it. */
const SOON_MS = 21 * DAY_MS;

/** See the header. */
export function checkTls(config: Config, check: Check): void {
  for (const { tls, path } of tlsBlocks(config)) {
    if (tls.insecure) {
      const risk = 'anybody on the way can read and change what is sent';
      check.problems.warning(
        [...path, 'insecure'],
        `the server’s certificate is not checked: ${risk}. Write its authority into tls.ca, and remove insecure`,
      );
    }
    checkCertificates(tls, path, check);
  }
  const { url, cluster, sentinels, tls } = config.redis;
  if (tls && !url && cluster.length === 0 && sentinels.length === 0) {
    check.problems.error(['redis', 'tls'], 'is for a Redis that is named; set redis.url, or remove it');
  }
}

function checkCertificates(tls: TlsSettings, path: readonly Step[], { problems }: Check): void {
  const secrets = [tls.ca, tls.cert, tls.key].filter((secret) => secret !== undefined);
  // One that cannot be read has its own warning
  if (secrets.some((secret) => revealed(secret) === undefined)) return;
  const fault = tlsFault(revealAll(tls));
  if (fault) problems.error([...path, fault.key], fault.why);
  for (const key of ['ca', 'cert'] as const) {
    const at = tls[key] && expiry(tls[key]);
    if (at === undefined || at > Date.now() + SOON_MS) continue;
    const when = new Date(at).toISOString().slice(0, 10);
    const said = at < Date.now() ? `has expired on ${when}` : `expires on ${when}`;
    problems.warning([...path, key], `${said}. Renew the certificate`);
  }
}

const expiry = (secret: Secret): number | undefined => expiryOf(revealed(secret) ?? '');
