/** An endpoint that is a message broker as its sink takes it: secrets resolved, defaults in place. */
import { type BrokerEndpoint, blockOf, revealAll, textsOf } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { formatNamed } from '@longshore/formats';
import { systemTrust } from '@longshore/network';
import type { Egress } from '@longshore/network/egress';
import { openSink, type Sink, type SinkOptions } from '@longshore/sinks';

/** What every kind has, and the values of the kind's own block. */
type Options = SinkOptions[BrokerEndpoint['kind']];

/** @throws LongshoreError SECRET_MISSING, CONFIG_INVALID */
export function brokerOptions(endpoint: BrokerEndpoint, version: string, egress: Egress): Options {
  const { name, timeout, host } = endpoint;
  const format = formatNamed(endpoint.format);
  if (!format) throw new TypeError(`endpoint ${name}: there is no format ${endpoint.format}`);
  const texts = textsOf(endpoint);
  const [problem] = texts.problems;
  if (problem) {
    const where = `${endpoint.kind}.${problem.name}`;
    throw new LongshoreError('CONFIG_INVALID', `endpoint ${name}: ${where} is no template: ${problem.why}`);
  }
  const { url, headers, tls, settings, block } = revealAll({
    ...{
      url: endpoint.url,
      headers: endpoint.headers,
      tls: endpoint.tls,
      settings: endpoint.options,
      block: blockOf(endpoint),
    },
  });
  const common = { name, url, headers, tls, timeout, host, format, settings, texts, egress, annotate: false };
  return { ...block, ...common, userAgent: `longshore/${version}`, trust: systemTrust() } as Options;
}

/** @param options of that kind */
export const openBroker = (kind: BrokerEndpoint['kind'], options: Options): Sink =>
  openSink<BrokerEndpoint['kind']>(kind, options);
