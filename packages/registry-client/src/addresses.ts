/**
 * Where a request may lead to. The operator chose the registry's own host, so the rules for what an operator writes
 * apply to it. Redirects and token servers are chosen by the registry, and a registry without a configured URL by the
 * sender of the event: they reach public addresses only, and what the operator has listed.
 *
 * What counts is the address that is connected to: the check is in the lookup of the connection, so a name that
 * resolves to something else a moment later gains nothing. Through a proxy the proxy resolves, so there this
 * can only check what the name resolves to here.
 */
import { isIP, type LookupFunction } from 'node:net';
import {
  type AddressKind,
  addressesOf,
  type Destination,
  destinationOf,
  Egress,
  type EgressRefused,
  guardedLookup,
  Networks,
} from '@longshore/network/egress';
import { RegistryError } from './error.js';
import type { Trusted } from './port.js';
import { belongs } from './realm.js';

/** Why a URL is asked. `token`: the registry named it as its token server. */
export type Purpose = 'registry' | 'token';

/** A token server of the registry's own domain gets its credentials, so it may be in its network too. */
const NEAR: ReadonlySet<AddressKind> = new Set(['private']);

/** Decides for one registry. */
export class AddressGuard {
  readonly #own: URL | undefined;
  readonly #realms: Networks;
  readonly #addresses: Networks;
  readonly #settings: string;
  readonly #egress: Egress;

  /** `own`: the registry's URL. */
  constructor(
    own: URL,
    { realms = [], addresses = [], own: trusted = true, settings = 'preheat.registry.' }: Trusted = {},
    egress = new Egress(),
  ) {
    this.#own = trusted ? own : undefined;
    this.#realms = new Networks(realms);
    this.#addresses = new Networks(addresses);
    this.#settings = settings;
    this.#egress = egress;
  }

  /**
   * What the connection resolves names with: refuses what must not be reached. Throws `egress` or `redirect` for an
   * address that is written in the URL.
   */
  lookupFor(url: URL, purpose: Purpose = 'registry'): LookupFunction {
    return guardedLookup(url, (address) => this.#refusal(url, address, purpose));
  }

  /** The same for a connection through a proxy. A name that means nothing here is the proxy's business. */
  async checkBeforeProxy(url: URL, purpose: Purpose = 'registry'): Promise<void> {
    const where = destinationOf(url);
    const denied = asError('egress', this.#egress.denies(where));
    if (denied) throw denied;
    if (this.#isTrusted(where) && isIP(where.host) === 0) return;
    for (const address of await addressesOf(url)) {
      const refused = this.#refusal(url, address, purpose);
      if (refused) throw refused;
    }
  }

  /** The operator wrote this host. */
  #isTrusted(where: Destination): boolean {
    const own = this.#own && destinationOf(this.#own);
    return (own?.host === where.host && own.port === where.port) || this.#realms.hasHost(where);
  }

  #refusal(url: URL, address: string, purpose: Purpose): RegistryError | undefined {
    const where = destinationOf(url);
    if (this.#isTrusted(where)) return asError('egress', this.#egress.refusal(where, address));
    const near = purpose === 'token' && this.#own !== undefined && belongs(url, this.#own);
    const named = {
      listed: this.#addresses,
      setting: `${this.#settings}addresses`,
      ...(near && { kinds: NEAR }),
    };
    return asError('redirect', this.#egress.refusal(where, address, named));
  }
}

const asError = (kind: 'egress' | 'redirect', refused: EgressRefused | undefined) =>
  refused && new RegistryError(kind, `the registry leads to ${refused.message}`);
