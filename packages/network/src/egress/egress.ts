/**
 * Where connections of Longshore may lead to: one decision for deliveries, alerts, registries, preheat targets, token
 * endpoints and issuers.
 *
 * What counts is the address that is connected to: the check is in the lookup of the connection, so a name that
 * resolves to something else a moment later gains nothing. A name is refused when any of its records is. Through a
 * proxy the proxy resolves names, so there only an address in the url is known.
 *
 * `internal` is the default because receivers of a registry's events usually are in its network. What hands out
 * credentials to every client is reached only by name: see {@link Networks.allows}.
 */
import { type AddressKind, kindOfAddress } from './kinds.js';
import { type Destination, isByNameAlone, Networks } from './networks.js';

/** The settings. Entries of both lists: addresses, networks, hosts with or without their port. */
export interface EgressRules {
  mode: 'internal' | 'public';
  allow: readonly string[];
  /** Wins over `allow`. */
  deny: readonly string[];
}

/** A host that somebody else than the operator has named: an event, a redirect, an answer. */
export interface Named {
  /** Where it may be beside public addresses. */
  kinds?: ReadonlySet<AddressKind>;
  /** What the operator has listed for this use. */
  listed?: Networks;
  /** The setting with that list, for the message. */
  setting?: string;
}

/** A connection that was not made. The message follows “… leads to”: where, why, which setting allows it. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
  readonly code = 'ERR_EGRESS';
}

const INTERNAL: EgressRules = { mode: 'internal', allow: [], deny: [] };

/** See the header. */
export class Egress {
  readonly #isPublic: boolean;
  readonly #allow: Networks;
  readonly #deny: Networks;

  constructor(readonly rules: EgressRules = INTERNAL) {
    const { mode, allow, deny } = rules;
    this.#isPublic = mode === 'public';
    this.#allow = new Networks(allow);
    this.#deny = new Networks(deny);
  }

  /** Whether a host is refused whatever it leads to: all that is known of a name that a proxy resolves. */
  denies(where: Destination): EgressRefused | undefined {
    return this.#deny.hasHost(where)
      ? new EgressRefused(`${placeOf(where)}, which egress.deny has`)
      : undefined;
  }

  /**
   * Why a connection must not be made; undefined when it may.
   * @param address that the host resolves to
   * @param named absent: the operator wrote the host
   */
  refusal(where: Destination, address: string, named?: Named): EgressRefused | undefined {
    if (this.#deny.hasHost(where) || this.#deny.has(address)) {
      return new EgressRefused(`${placeOf(where, address)}, which egress.deny has`);
    }
    if (this.#allow.hasHost(where) || this.#allow.allows(address)) return undefined;
    if (named?.listed?.hasHost(where) || named?.listed?.allows(address)) return undefined;
    const kind = kindOfAddress(address);
    const isNever = isByNameAlone(address);
    const isKnown = kind === 'public' || named?.kinds?.has(kind) || !(named || this.#isPublic);
    if (isKnown && !isNever) return undefined;
    const setting = named?.setting ?? 'egress.allow';
    const ofMode = isNever ? '' : ', while egress.mode is public';
    const scope = named ? ' of this machine or its network' : ofMode;
    const said = `${placeOf(where, address)}, a ${kind} address${scope}`;
    return new EgressRefused(
      `${said}; if that is intended, add ${isNever ? 'exactly this one' : 'it'} to ${setting}`,
    );
  }
}

/** `host:port`, and the address when the host is a name. */
function placeOf({ host, port }: Destination, address = host): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return host === address ? place : `${place} (${address})`;
}
