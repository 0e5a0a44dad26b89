/**
 * What each kind of target is set up with. `concurrency` is not among it: the caller limits how many calls run
 * at once.
 */

import type { Trust } from '@longshore/registry-client';

/**
 * A secret, or what looks it up: that is called for every request, so that a file or a variable that changes is
 * seen. When it throws, the call fails as `credentials` with the error's message.
 */
export type SecretValue = string | (() => string);

/** PEM texts. */
export interface TlsOptions {
  /** Trusted instead of the system's certificates. */
  ca?: string;
  /** Client certificate, with `key`. */
  cert?: string;
  key?: string;
}

/** One of them. Sent to the host of the target's own url and to no other. */
export interface TargetAuth {
  basic?: { username: string; password: SecretValue };
  bearer?: SecretValue;
}

/** What every target has. */
export interface CommonOptions {
  /** In the configuration. */
  name: string;
  /** Milliseconds. Of one request; of pull-through: how long no byte may come, before and within the answer. */
  timeout: number;
  userAgent: string;
  auth?: TargetAuth;
  tls?: TlsOptions;
  /** Trusted unless `tls.ca` is set. Default: node's own list. */
  trust?: Trust;
  /** Sent to the host of the target's own url and to no other. */
  headers?: Readonly<Record<string, readonly string[]>>;
  /** Where redirects and hosts that its answers name may lead to besides public addresses: see `Trusted`. */
  addresses?: readonly string[];
}

/** Any of the three urls; the first one that can do it is used: origin, then tracker, then proxy. */
export interface KrakenOptions extends CommonOptions {
  kind: 'kraken';
  /** Base url of any origins of one cluster; the others are found through them. */
  origin?: string | readonly string[];
  /** Base url. */
  tracker?: string;
  /** Base url of the port that takes notifications. */
  proxy?: string;
}

/** Dragonfly’s manager, by its open API. */
export interface DragonflyOptions extends CommonOptions {
  kind: 'dragonfly';
  /** Base url of the manager. */
  url: string;
  /** Personal access token with the scope `job`. */
  token?: SecretValue;
  /** Default `single_seed_peer`. */
  scope?: 'single_seed_peer' | 'all_seed_peers' | 'all_peers';
  /** Scheduler clusters. Default: all of them, which the manager does not rate-limit. */
  clusters?: readonly number[];
  /** Base url under which the nodes pull, when it is another than the event's. */
  registry?: string;
  /** Of the two `all_…` scopes: addresses, else a number, else percents of the peers. */
  ips?: readonly string[];
  count?: number;
  percentage?: number;
  /** Bytes. */
  piecelength?: number;
  /** Both are part of a task's identity: as the nodes' dfdaemon has them. */
  tag?: string;
  application?: string;
  /** Query parameters that are no part of a task's identity. Default: the manager's list. */
  filteredqueryparams?: string;
  /** At the manager: tasks at once, peers at once. */
  tasks?: number;
  peers?: number;
  /** Milliseconds that a job may take. Default one hour. */
  jobtimeout?: number;
  /**
   * What the manager, which keeps it with the job and shows it, is given of the registry's credentials. Default:
   * only a token that a token server issued for the repository. `true`: also the password or the configured token.
   * `false`: nothing.
   */
  credentials?: boolean;
  /**
   * Of `all_peers`: what a job does not report as fetched is looked for at the peers before it counts as missing.
   * The manager answers that within a few seconds to minutes, and only knows peers that are no seeds.
   */
  verify?: boolean;
}

/** A cache that fetches what it is asked for. */
export interface PullThroughOptions extends CommonOptions {
  kind: 'pull-through';
  /** Base url of the cache. */
  url: string;
  /** Default `get`. */
  method?: 'get' | 'head' | 'manifest';
  /** Repository in the cache is this and then the image's: `proxy-project`. */
  prefix?: string;
  /** Names the event's registry in `?ns=`, for a mirror of several. */
  ns?: boolean;
  /** Hosts that get the target's credentials when the cache names one as its token server. */
  realms?: readonly string[];
}

/** OpenKruise’s ImagePullJob, over the Kubernetes API. */
export interface KruiseOptions extends CommonOptions {
  kind: 'kruise';
  /** Base url of the Kubernetes API. */
  url: string;
  /** Of a service account: it is replaced from time to time, so give what reads it. */
  token?: SecretValue;
  namespace: string;
  /** Host under which the nodes pull, when it is another than the event's: `registry.example.com`. */
  registry?: string;
  /** Nodes. `names` and labels exclude each other; so do `selector` and `podselector`. */
  selector?: {
    names?: readonly string[];
    matchlabels?: Readonly<Record<string, string>>;
  };
  podselector?: { matchlabels: Readonly<Record<string, string>> };
  pullsecrets?: readonly string[];
  /** Nodes at once. Default 1; 0 would be a paused job. */
  parallelism?: number;
  /** Milliseconds that one node may take, default 10 min; that the job may take, default 30 min. */
  pulltimeout?: number;
  jobtimeout?: number;
  /** Milliseconds that a finished job is kept, default 5 min. */
  ttl?: number;
  /** Tries per node. Default 3. */
  backofflimit?: number;
}

/** A program of the operator’s, which is posted the walked list. */
export interface WebhookOptions extends CommonOptions {
  kind: 'webhook';
  url: string;
}

/** Of any kind; `kind` tells which. */
export type TargetOptions =
  | KrakenOptions
  | DragonflyOptions
  | PullThroughOptions
  | KruiseOptions
  | WebhookOptions;

/** A target's `kind`. */
export type TargetKind = TargetOptions['kind'];
