/**
 * An event as a CloudEvent 1.0 in one of the three modes of HTTP. The event's own JSON stands in `data.event`.
 * Source: cloudevents/spec `spec.md`, `bindings/http-protocol-binding.md`.
 */
import { type Delivery, type Facts, factsOf, payloadValue } from '@longshore/event';
import { setting } from '@longshore/settings';
import { choice } from '@longshore/settings/values';
import { PRESET_ANSWERS } from '../answers.js';
import type { Format, RenderOptions } from '../format.js';

const MODES = ['structured', 'binary', 'batch'] as const;

const options = {
  mode: setting(
    choice(MODES),
    'cloudevents: `structured`: one JSON object. `binary`: attributes as headers, and the body is `data`. `batch`: a list of events. Default `structured`.',
  ).optional(),
};

const modeOf = ({ settings }: RenderOptions) => MODES.find((mode) => mode === settings?.mode) ?? 'structured';

const TYPES = {
  structured: 'application/cloudevents+json',
  binary: 'application/json',
  batch: 'application/cloudevents-batch+json',
} as const;

/** The format `cloudevents`. */
export const cloudevents: Format = {
  name: 'cloudevents',
  summary: 'a CloudEvent 1.0; `options: {mode: structured | binary | batch}`',
  offeredTo: ['endpoints'],
  needs: {},
  batches: (options) => modeOf(options) === 'batch',
  timeoutMs: 10_000,
  answers: PRESET_ANSWERS,
  options,
  contentType: (_, options) => TYPES[modeOf(options)],
  headers([delivery], options) {
    if (!delivery || modeOf(options) !== 'binary') return {};
    return binaryHeaders(attributesOf(factsOf(delivery, options.host)));
  },
  render(deliveries, options) {
    const events = deliveries.map((delivery) => eventIn(delivery, options));
    if (!events.every((event) => event !== undefined)) return undefined;
    const [first] = events;
    const mode = modeOf(options);
    const body = mode === 'batch' ? events : mode === 'binary' ? first?.data : first;
    return Buffer.from(JSON.stringify(body));
  },
};

function eventIn(delivery: Delivery, { host }: RenderOptions) {
  const facts = factsOf(delivery, host);
  if (!facts.action) return undefined;
  const { registry, repository, tag, digest, mediatype: mediaType, size, action, actor } = facts;
  const event = payloadValue(delivery.payload);
  const data = { registry, repository, tag, digest, mediaType, size, action, actor, event };
  return { ...attributesOf(facts), datacontenttype: 'application/json', data };
}

/** Context attributes: `type` ends with the action of an event, else with the registry's own word for it. */
function attributesOf({ id, registry, repository, action, tag, digest, time, source }: Facts) {
  const place = repository ? `/v2/${repository}` : '';
  const subject =
    repository && (tag ? `${repository}:${tag}` : digest ? `${repository}@${digest}` : repository);
  return {
    specversion: '1.0',
    id,
    source: registry ? `https://${registry}${place}` : `/sources/${encodeURIComponent(source)}`,
    type: `dev.longshore.image.${action}`,
    ...(subject && { subject }),
    time,
  };
}

/** Attributes as `ce-…` headers. */
export function binaryHeaders(attributes: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [`ce-${name}`, percentEncoded(value)]),
  );
}

/** Space, `"`, `%` and everything that is not printable ASCII, as UTF-8. */
function percentEncoded(value: string): string {
  return value.replaceAll(/[^!#$&-~]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
      '',
    ),
  );
}
