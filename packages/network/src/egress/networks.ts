/** A list of addresses, networks and hosts, as the operator writes it. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { formsOf, isWithin, kindOfAddress, type Network } from './kinds.js';

/** Where a connection goes: a host without brackets, and a port. */
export interface Destination {
  host: string;
  port: number;
}

/** Entries: an address, a network (`10.0.0.0/8`), or a host as it is in the url, with or without its port. */
export class Networks {
  readonly #networks: Network[] = [];
  /** Of those that begin at an address that is reached by name alone. */
  readonly #narrow: Network[] = [];
  readonly #hosts: ReadonlySet<string>;

  constructor(entries: readonly string[]) {
    this.#hosts = new Set(entries.map((entry) => entry.toLowerCase().replace(/\.$/, '')));
    for (const entry of entries) {
      const network = networkOf(entry);
      if (!network) continue;
      this.#networks.push(network);
      if (isByNameAlone(network[0].toString())) this.#narrow.push(network);
    }
  }

  /** The host of a url, whatever it leads to. */
  hasHost({ host, port }: Destination): boolean {
    const name = host.toLowerCase().replace(/\.$/, '');
    const bracketed = name.includes(':') ? `[${name}]` : name;
    return this.#hosts.has(name) || this.#hosts.has(bracketed) || this.#hosts.has(`${bracketed}:${port}`);
  }

  /** An address, in any of its forms. `address` without brackets. */
  has(address: string): boolean {
    const forms = formsOf(address);
    return this.#networks.some((network) => forms.some((form) => isWithin(form, network)));
  }

  /**
   * The same, for a list of what is allowed: a link-local or metadata address is in it only by an entry that begins
   * among such addresses. A wide network, `0.0.0.0/0` for example, does not mean them.
   */
  allows(address: string): boolean {
    if (!isByNameAlone(address)) return this.has(address);
    const forms = formsOf(address);
    return this.#narrow.some((network) => forms.some((form) => isWithin(form, network)));
  }
}

/** Link-local and metadata addresses. */
export function isByNameAlone(address: string): boolean {
  const kind = kindOfAddress(address);
  return kind === 'link-local' || kind === 'metadata';
}

/** Undefined for an entry that is neither an address nor a network. */
export function networkOf(entry: string): Network | undefined {
  const [address = '', bits, ...rest] = entry.replace(/^\[(.*)\]$/, '$1').split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const length = bits === undefined ? most : Number(bits);
  const isLength = bits === undefined || (/^\d{1,3}$/.test(bits) && length <= most);
  return version === 0 || !isLength || rest.length > 0 ? undefined : [ipaddr.parse(address), length];
}
