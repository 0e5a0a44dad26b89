/**
 * The face of the client: what a registry is opened with, what it can be asked, and what it answers.
 *
 * One `Registry` per base URL and credential: it holds the connections, the tokens and the pause that the
 * registry asked for, and is meant to be shared by all that is done there. It makes one attempt and throws
 * {@link RegistryError}; it never retries by itself, never waits for a pause, never logs.
 */
import type { TlsOptions, Trust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import type { Descriptor } from './descriptor.js';
import type { Manifest } from './manifest.js';

/**
 * How the client proves who it is. None: anonymous, which still asks the token server for a token.
 *
 * `identityToken`: a refresh token as `docker login` keeps it (Azure). `bearer`: sent as it is. `dockerConfig`:
 * path of a `config.json`, `.dockerconfigjson`, `.dockercfg` or `auth.json`, with the credential helpers that
 * it names; it is read again every minute and after a 401, so a file that is replaced works.
 */
export type RegistryAuth =
  | { username: string; password: string }
  | { identityToken: string }
  | { bearer: string }
  | { dockerConfig: string };

/** What proves who we are, once it is known. */
export type Credential = Exclude<RegistryAuth, { dockerConfig: string }>;

/** What the operator trusts beyond the registry's own host. */
export interface Trusted {
  /**
   * Hosts (`auth.example.net`, with `:port` to be strict) that get the credentials when the registry names one
   * as its token server. Without: the registry's host, and hosts of the same registrable domain.
   */
  realms?: readonly string[];
  /**
   * Where redirects and token servers may lead to although it is no public address: an address, a network
   * (`10.0.0.0/8`), or a host as it is in the URL, with or without its port. See `Networks` of network.
   */
  addresses?: readonly string[];
  /**
   * Did the operator write the registry's URL, so that it may be wherever `egress` lets one lead? Default true. False where the URL
   * comes from outside, an event for example: then its address is checked like that of a redirect.
   */
  own?: boolean;
  /** What messages write before the names of these lists. Default: `preheat.registry.` */
  settings?: string;
}

/** What a registry, or a mirror that speaks as one, is opened with. */
export interface RegistryOptions {
  /** `https://host[:port][/prefix]`, without `/v2`. */
  url: string;
  auth?: RegistryAuth;
  /** PEM texts. `ca` is trusted besides the system's; `cert` and `key` are shown to the registry's host only. */
  tls?: TlsOptions;
  /** Where connections may lead to. Default: as the settings' default. */
  egress?: Egress;
  /** Trusted besides `tls.ca`. Default: node's own list. */
  trust?: Trust;
  /** `http://[user:password@]host:port`, for all requests. Names are then resolved by the proxy. */
  proxy?: string;
  /**
   * Milliseconds. Of a blob: without a byte, before and within the answer; a blob that comes with less than 256 KiB a
   * minute, or for more than a day, is a timeout too. Of all else: for the whole answer.
   */
  timeout: number;
  userAgent: string;
  /** Sent to the registry's own host and to no other. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Query parameters of each request to the registry's own host: `{ ns: 'docker.io' }` of a mirror. */
  query?: Readonly<Record<string, string>>;
  trusted?: Trusted;
  /** Manifest requests that are left to others, where the registry says how many remain (Docker Hub). Default 0. */
  reserve?: number;
  /** Bytes of the largest manifest that is read. Default 4 MiB, as the registry takes; at most 8 MiB. */
  manifestBytes?: number;
  /** Epoch milliseconds. Default: the clock. */
  now?: () => number;
}

/** What the registry reports of its rate limit. */
export interface RateLimit {
  /** Manifest requests in the window, and how many are left; of the last response that reported them. */
  limit?: number;
  remaining?: number;
  /** Epoch milliseconds: until then every request fails at once as `rate_limited`. */
  pausedUntil?: number;
}

/** The result of reading a blob. */
export interface Drained {
  /** Bytes read; of a HEAD, what the registry says. */
  bytes: number;
  /** The bytes were read and have the digest. False for HEAD, and for a digest of an unknown algorithm. */
  verified: boolean;
  /**
   * Did the answer come from what the server keeps? `false`: a pull-through cache has fetched it to answer, and
   * whether it kept it only a later answer shows. Undefined: it does not report that. See `stored.ts`.
   */
  stored?: boolean;
}

/** How a blob is read. */
export interface DrainOptions {
  signal: AbortSignal;
  /** `HEAD` transfers nothing; some caches store the blob before they answer it. Default `GET`. */
  method?: 'GET' | 'HEAD';
  /** Called for each piece with its length in bytes. */
  onBytes?: (bytes: number) => void;
}

/** What is asked for, beyond its digest. */
export interface Expected {
  /** Bytes, as the descriptor says. Another length is an error. 0 is an unknown size, as Go writes it. */
  size?: number;
}

/** A registry. Each method makes one attempt, and rejects with {@link RegistryError} and nothing else. */
export interface Registry {
  /** Its base URL as configured, without a slash at the end. */
  readonly url: string;
  /** `host[:port]` of it. */
  readonly host: string;
  readonly rateLimit: RateLimit;
  /**
   * What a tag or digest stands for, by HEAD; by GET where the registry sends no digest that way, or refuses
   * HEAD. HEAD does not count against Docker Hub's limit.
   */
  resolve(repository: string, reference: string, signal: AbortSignal): Promise<Descriptor>;
  /** The manifest of a digest or tag, verified, classified by its body. */
  manifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
    expected?: Expected,
  ): Promise<Manifest>;
  /** Reads a blob to its end and forgets it. Compares digest and size. */
  drain(
    repository: string,
    blob: Pick<Descriptor, 'digest' | 'size'>,
    options: DrainOptions,
  ): Promise<Drained>;
  /**
   * Does it keep the blob? Asks for its first byte, which a server that has the blob answers with 206. A
   * pull-through cache that has not sends all of it, which is not read: some of them fetch it by that. False also
   * for servers that know no ranges.
   */
  holds(repository: string, digest: string, signal: AbortSignal): Promise<boolean>;
  /** A small blob, verified. More than `manifestBytes` is an error. */
  blob(repository: string, blob: Pick<Descriptor, 'digest' | 'size'>, signal: AbortSignal): Promise<Buffer>;
  /**
   * The bytes of a blob from `from` up to `to`, which is not among them. Not verified: it is a part. Of a server that
   * knows no ranges the blob is read from its start.
   */
  slice(
    repository: string,
    digest: string,
    range: { from: number; to: number },
    signal: AbortSignal,
  ): Promise<Buffer>;
  /**
   * What refers to this manifest: signatures, SBOMs (distribution-spec 1.1, with its fallback tag). None where the
   * registry does not know the question, by whatever 4xx or page it says so. Sizes are not always of the manifests.
   */
  referrers(repository: string, digest: string, signal: AbortSignal): Promise<Descriptor[]>;
  /**
   * An `Authorization` value with which another program can pull this repository. Undefined where the registry
   * needs none. A secret: a token that a token server issued for this repository. Where the registry takes only
   * the password or the configured token, which work everywhere and for long, it rejects with `credentials`
   * unless `lasting` is set.
   */
  authorization(
    repository: string,
    signal: AbortSignal,
    options?: { lasting?: boolean },
  ): Promise<string | undefined>;
  /** Ends what is in flight as `aborted`, and all connections. May be called twice. */
  close(): Promise<void>;
}
