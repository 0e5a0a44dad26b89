/** How the dashboard reaches its OpenID Connect issuer: under the rules of egress, with the certificates of its setting. */
import { type Config, revealAll } from '@longshore/config';
import { createFetch, systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';

/** Follows the configuration: what is renewed holds from the next request on. */
export function issuerFetch(config: () => Config): typeof fetch {
  let made: { of: string; fetch: typeof fetch } | undefined;
  return (input, init) => {
    const { dashboard, egress } = config();
    const tls = revealAll(dashboard.auth.oidc?.tls ?? {});
    const of = JSON.stringify([tls, egress]);
    if (made?.of !== of) {
      made = { of, fetch: createFetch({ tls, trust: systemTrust(), egress: new Egress(egress) }) };
    }
    return made.fetch(input, init);
  };
}
