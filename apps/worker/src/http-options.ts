/** An endpoint that events are posted to as its sink takes it: secrets resolved, defaults in place. */
import { type AlertEndpoint, environment, type HttpEndpoint, proxyTo, revealAll } from '@longshore/config';
import { formatNamed } from '@longshore/formats';
import { systemTrust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import { openSink, type Sink, type SinkOptions, type TokenSources } from '@longshore/sinks';

/** @throws LongshoreError SECRET_MISSING */
export function httpOptions(endpoint: HttpEndpoint | AlertEndpoint, version: string, egress: Egress) {
  const { name, timeout, concurrency, annotate, host } = endpoint;
  const format = formatNamed(endpoint.format);
  if (!format) throw new TypeError(`endpoint ${name}: there is no format ${endpoint.format}`);
  const { url, headers, tls, auth, proxy, settings } = revealAll({
    settings: endpoint.options,
    url: endpoint.url,
    headers: endpoint.headers,
    tls: endpoint.tls,
    auth: endpoint.auth,
    proxy: endpoint.proxy,
  });
  const userAgent = `longshore/${version}`;
  const { oauth2, ...fixed } = auth ?? {};
  const through = (target: string) => proxyTo(proxy, target, environment());
  const common = { userAgent, egress, trust: systemTrust() };
  return {
    ...common,
    ...{ name, url, headers, timeout, concurrency, format, annotate, host, settings, tls },
    auth: fixed,
    ...(oauth2 && { oauth2: { ...oauth2, ...common, proxy: through(oauth2.tokenurl) } }),
    batch: endpoint.batch && { bytes: endpoint.batch.bytes, ordered: endpoint.order === 'endpoint' },
    proxy: through(url),
  };
}

type Options = ReturnType<typeof httpOptions> & Pick<SinkOptions['http'], 'sign' | 'answers' | 'dashboard'>;

/** Closed, it lets go of its token. */
export function openHttp({ oauth2, ...options }: Options, tokens: TokenSources): Sink {
  return openSink('http', { ...options, ...(oauth2 && { authorization: tokens.open(oauth2) }) });
}
