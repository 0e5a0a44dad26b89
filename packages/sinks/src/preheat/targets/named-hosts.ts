/**
 * Which hosts an answer of a target may lead to: those in the kind of network that the target itself is in, those at
 * public addresses, and those that the operator has listed. Kraken's origins name each other.
 */
import type { LookupFunction } from 'node:net';
import {
  type AddressKind,
  addressesOf,
  guardedLookup,
  kindOfAddress,
  Networks,
} from '@longshore/registry-client/network';
import type { Base } from './place.js';

/** A host leads to where it must not. */
export class NotAllowed extends Error {}

const NEVER_SHARED: ReadonlySet<AddressKind> = new Set(['link-local', 'metadata', 'reserved']);

/** Decides for one target. */
export class NamedHosts {
  readonly #networks: Networks;
  readonly #hosts: ReadonlySet<string>;

  /** `own`: the target's own urls. `addresses`: addresses, networks, hosts with or without their port. */
  constructor(
    private readonly own: readonly Base[],
    addresses: readonly string[] = [],
  ) {
    this.#networks = new Networks(addresses);
    this.#hosts = new Set(addresses.map((entry) => entry.toLowerCase()));
  }

  /** What the connection resolves the name with. Undefined for a listed host. @throws NotAllowed */
  async lookupFor(url: URL): Promise<LookupFunction | undefined> {
    if (this.#hosts.has(url.host) || this.#hosts.has(url.hostname)) return undefined;
    const shared = await this.#ownKinds();
    return guardedLookup(url, (address) => {
      const kind = kindOfAddress(address);
      if (kind === 'public' || shared.has(kind) || this.#networks.has(address)) return undefined;
      return new NotAllowed(
        `the target names a host at the ${kind} address ${address}; if that is intended, add it to the target’s addresses`,
      );
    });
  }

  async #ownKinds(): Promise<ReadonlySet<AddressKind>> {
    const addresses = await Promise.all(this.own.map(({ url }) => addressesOf(url)));
    const kinds = addresses.flat().map(kindOfAddress);
    return new Set(kinds.filter((kind) => !NEVER_SHARED.has(kind)));
  }
}
