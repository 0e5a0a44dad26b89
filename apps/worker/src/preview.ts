/** What an endpoint would be sent, rendered by the same code as the worker's attempts. Nothing is sent. */
import { type Config, type HttpEndpoint, signOptions } from '@longshore/config';
import { type Delivery, LongshoreError } from '@longshore/event';
import { Egress } from '@longshore/network/egress';
import { createSign } from '@longshore/signing';
import { type PreviewedRequest, previewRequest } from '@longshore/sinks/preview';
import { httpOptions } from './http-options.js';

/** Renders the request of one event. A `problem` is what every attempt would fail with. */
export type Preview = (endpoint: HttpEndpoint, delivery: Delivery) => PreviewedRequest | { problem: string };

/** @param config asked for at each request @param version for the `User-Agent` */
export function createPreview(config: () => Config, version: string): Preview {
  const prepared = new WeakMap<HttpEndpoint, Parameters<typeof previewRequest>[0]>();
  const optionsOf = (endpoint: HttpEndpoint) => {
    const known = prepared.get(endpoint) ?? prepare(endpoint, config(), version);
    prepared.set(endpoint, known);
    return known;
  };
  return (endpoint, delivery) => {
    try {
      return previewRequest(optionsOf(endpoint), delivery, Date.now());
    } catch (error) {
      if (!(error instanceof LongshoreError)) throw error;
      return { problem: error.message };
    }
  };
}

/** @throws LongshoreError SECRET_MISSING, CONFIG_INVALID */
function prepare(endpoint: HttpEndpoint, { egress, dashboard }: Config, version: string) {
  const { oauth2, ...options } = httpOptions(endpoint, version, new Egress(egress));
  const sign = endpoint.sign && createSign(signOptions(endpoint.sign));
  return {
    ...options,
    // One event is explained, so it is alone in its request.
    batch: undefined,
    dashboard: dashboard.url,
    hasToken: oauth2 !== undefined,
    ...(sign && { sign }),
  };
}
