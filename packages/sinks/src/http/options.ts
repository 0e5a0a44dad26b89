/** What an http endpoint is opened with. */
import type { Answers, Format, RenderOptions } from '@longshore/formats';
import type { TlsOptions, Trust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import type { Sign } from '@longshore/signing';
import type { FixedAuth } from './authorization/fixed.js';
import type { Authorization } from './authorization/port.js';
import type { BatchLimits } from './outgoing.js';

/** How a request can be made that has a body. */
export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** See the header. Secrets are resolved: these are the values themselves. */
export interface HttpSinkOptions extends RenderOptions {
  /** The endpoint's name. */
  name: string;
  /** `http:` or `https:`; userinfo becomes Basic authorization and is not sent in the url. */
  url: string;
  /** Replace our headers of the same name. Sent in the case in which they are written. */
  headers: Record<string, string[]>;
  /** Milliseconds until the head of the answer, connecting included. May be a fraction; acts as at least 1. */
  timeout: number;
  /** Connections that are kept open between attempts. */
  concurrency: number;
  /** `longshore/VERSION` */
  userAgent: string;
  /** Makes the body. */
  format: Format;
  /** Default: POST. */
  method?: HttpMethod;
  /** What an answer means. Default: as for the registry's own notifications. */
  answers?: Answers;
  /** Signs the exact bytes of each attempt. Default: no signature. */
  sign?: Sign;
  /** Several events in one request, in formats that can. Default: one event. */
  batch?: BatchLimits;
  /** Credentials in place of the url's userinfo. */
  auth?: FixedAuth;
  /** Credentials that change; closed with the sink. */
  authorization?: Authorization;
  /** `ca` is trusted instead of the system's. */
  tls?: TlsOptions;
  /** Where connections may lead to. Default: as the settings' default. */
  egress?: Egress;
  /** What is trusted unless `tls.ca` is set, and by a proxy's connection. Default: node's own list. */
  trust?: Trust;
  /** Url of an HTTP proxy to go through, `http:` or `https:`; userinfo becomes `Proxy-Authorization`. */
  proxy?: string;
}
