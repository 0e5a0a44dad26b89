/**
 * Which hosts a target's requests may lead to. Its own urls follow the rules for what the operator writes. A host that
 * an answer names may be in the kind of network that the target itself is in, at a public address, or among those that
 * the operator has listed. Kraken's origins name each other.
 */
import type { LookupFunction } from 'node:net';
import {
  type AddressKind,
  addressesOf,
  destinationOf,
  Egress,
  guardedLookup,
  kindOfAddress,
  Networks,
} from '@longshore/network/egress';
import type { CommonOptions } from './options.js';
import type { Base } from './place.js';

const NEVER_SHARED: ReadonlySet<AddressKind> = new Set(['link-local', 'metadata', 'reserved']);

/** Decides for one target. */
export class NamedHosts {
  readonly #listed: Networks;
  readonly #egress: Egress;

  /** `own`: the target's own urls. */
  constructor(
    private readonly own: readonly Base[],
    { addresses = [], egress = new Egress() }: Pick<CommonOptions, 'addresses' | 'egress'> = {},
  ) {
    this.#listed = new Networks(addresses);
    this.#egress = egress;
  }

  /** What the connection resolves the name with. @throws EgressRefused */
  async lookupFor(url: URL): Promise<LookupFunction> {
    const where = destinationOf(url);
    const isOwn = this.own.some((base) => base.url.origin === url.origin);
    const named = isOwn
      ? undefined
      : { kinds: await this.#ownKinds(), listed: this.#listed, setting: 'the target’s addresses' };
    return guardedLookup(url, (address) => this.#egress.refusal(where, address, named));
  }

  async #ownKinds(): Promise<ReadonlySet<AddressKind>> {
    const addresses = await Promise.all(this.own.map(({ url }) => addressesOf(url)));
    const kinds = addresses.flat().map(kindOfAddress);
    return new Set(kinds.filter((kind) => !NEVER_SHARED.has(kind)));
  }
}
