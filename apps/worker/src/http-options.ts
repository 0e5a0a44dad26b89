/** An endpoint that events are posted to as its sink takes it: secrets resolved, defaults in place. */
import { type AlertEndpoint, environment, type HttpEndpoint, proxyTo, revealAll } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { formatNamed } from '@longshore/formats';
import { compileTemplate, type Template } from '@longshore/formats/template';
import { systemTrust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import { openSink, type Sink, type SinkOptions, type TokenSources } from '@longshore/sinks';

/** @throws LongshoreError SECRET_MISSING */
export function httpOptions(endpoint: HttpEndpoint | AlertEndpoint, version: string, egress: Egress) {
  const { name, timeout, concurrency, annotate, host, method } = endpoint;
  const format = formatNamed(endpoint.format);
  if (!format) throw new TypeError(`endpoint ${name}: there is no format ${endpoint.format}`);
  const { url, headers, ...revealed } = revealAll({
    settings: endpoint.options,
    url: endpoint.url,
    headers: endpoint.headers,
    tls: endpoint.tls,
    auth: endpoint.auth,
    proxy: endpoint.proxy,
  });
  const { tls, auth, proxy, settings } = revealed;
  const template = format.name === 'template' ? templateOf(endpoint, url, headers) : undefined;
  const userAgent = `longshore/${version}`;
  const { oauth2, ...fixed } = auth ?? {};
  const through = (target: string) => proxyTo(proxy, target, environment());
  const common = { userAgent, egress, trust: systemTrust() };
  return {
    ...common,
    ...{ name, timeout, concurrency, method, format, annotate, host, settings, tls },
    ...(template ? { url: template.url, headers: template.headers, template } : { url, headers }),
    auth: fixed,
    ...(oauth2 && { oauth2: { ...oauth2, ...common, proxy: through(oauth2.tokenurl) } }),
    batch: endpoint.batch && { bytes: endpoint.batch.bytes, ordered: endpoint.order === 'endpoint' },
    proxy: through(template?.url ?? url),
  };
}

/** @throws LongshoreError CONFIG_INVALID when a secret in it was changed into one that is no template */
function templateOf(
  { name, contenttype, body }: HttpEndpoint | AlertEndpoint,
  url: string,
  headers: Record<string, string[]>,
): Template {
  const template = compileTemplate({ url, headers, contenttype, body });
  const [problem] = template.problems;
  if (!problem) return template;
  const where = problem.path.join('.');
  throw new LongshoreError('CONFIG_INVALID', `endpoint ${name}: ${where} is no template: ${problem.why}`);
}

type Options = ReturnType<typeof httpOptions> & Pick<SinkOptions['http'], 'sign' | 'answers' | 'dashboard'>;

/** Closed, it lets go of its token. */
export function openHttp({ oauth2, ...options }: Options, tokens: TokenSources): Sink {
  return openSink('http', { ...options, ...(oauth2 && { authorization: tokens.open(oauth2) }) });
}
