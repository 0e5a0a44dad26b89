/** Every receiver, registry and target of the endpoints: its name, the connection, the proxy, TLS. No request is made. */
import { systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { type Reached, reachReceiver } from '@longshore/sinks/reach';
import { type Finding, fail, of, parted, pass, skip, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';
import { type Destination, destinations } from './destinations.js';

const DAY_MS = 24 * 3_600_000;
/** As the alert rule of Prometheus has it. */
const SOON_DAYS = 21;

/** See the header. */
export async function checkEndpoints({ config, env, timeout }: DoctorParts): Promise<Finding[]> {
  const egress = new Egress(config.egress);
  const found = await Promise.all(
    destinations(config, env).map(async (each) => {
      const reached = await reachReceiver({ ...each, egress, trust: systemTrust(), timeout });
      return findingsOf(each, reached).map((finding) => of(each.name, finding));
    }),
  );
  return found.length > 0 ? found.flat() : [skip('connection', 'no endpoint is configured')];
}

function findingsOf({ what, proxy }: Destination, { place, address, tls, failure }: Reached): Finding[] {
  if (failure !== undefined) {
    const { message, fix = 'correct its url' } = parted(inWordsOf(what, failure));
    return [fail(what, message, fix)];
  }
  const way = proxy === undefined ? ` at ${address}` : ` through the proxy ${new URL(proxy).host}`;
  const by = tls ? `, ${tls.protocol}` : '';
  return [pass(what, `${place} answers${way}${by}`), ...certificate(tls?.expiresAt)];
}

function certificate(expiresAt: number | undefined): Finding[] {
  if (expiresAt === undefined) return [];
  const days = Math.floor((expiresAt - Date.now()) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  return [warn('certificate', `the certificate expires in ${days} days`, 'renew it')];
}

/** Failures speak of receivers, which most of them are. */
export const inWordsOf = (what: string, words: string): string =>
  what === 'receiver'
    ? words
    : words.replaceAll('the endpoint’s url', 'its url').replaceAll('receiver', what);
