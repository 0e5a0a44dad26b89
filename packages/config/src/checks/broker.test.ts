import { expect, test } from 'vitest';
import { describe as describeConfig } from '../describe.js';
import { configFrom } from '../read.js';

const problemsOf = (settings: string) => {
  const file = `version: 0.1\nnotifications:\n  endpoints:\n    - { name: one, ${settings} }\n`;
  const { problems } = configFrom(Buffer.from(file), {});
  return problems.map(
    ({ level, path, message }) => `${level} ${path.replace('notifications.endpoints[0].', '')} ${message}`,
  );
};

test.each([
  ['kind: redisstream, url: "http://redis/"', /^error url does not start with redis:\/\/ or rediss:\/\//],
  ['kind: redisstream', /^error url is missing/],
  ['kind: nats, url: "nats://user:secret@"', /^error url (names no host|is no url)/],
  [
    'kind: nats, url: "nats://n", nats: { subject: "{{ nothing }}" }',
    /^error nats.subject is no template: nothing is not known/,
  ],
  [
    'kind: redisstream, url: "redis://r", redisstream: { key: "{{ tag | nofilter }}" }',
    /^error redisstream.key is no template/,
  ],
  [
    'kind: redisstream, url: "redis://r", format: distribution, host: r.example.com',
    /^error host has no effect/,
  ],
  [
    'kind: redisstream, url: "redis://r", options: { topic: x }',
    /^error options.topic is no option of format cloudevents/,
  ],
  ['kind: sqs, url: "https://sqs.eu-central-1.amazonaws.com"', /^error sqs.queue is empty/],
  ['kind: pubsub', /^error pubsub.topic is empty/],
  ['kind: amqp, url: "amqp://r", amqp: { routingkey: "" }', /^error amqp.routingkey is empty/],
  ['kind: kafka, url: "kafka://k:9092,k2:9092"', /^error url is no url; write kafka:\/\/ or kafkas:\/\//],
  ['kind: kafka, url: "kafka://k", kafka: { sasl: gssapi }', /^error kafka.sasl/],
  ['kind: redisstream, url: "redis://r", headers: { "a b": [x] }', /^error headers.*is not a header name/],
  [
    'kind: redisstream, url: "redis://169.254.169.254"',
    /^warning url nothing is sent: it leads to 169.254.169.254/,
  ],
])('%s is a problem', (settings, message) => {
  expect(problemsOf(settings)).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['proxy', 'direct'],
  ['batch', '{ events: 2 }'],
  ['annotate', 'true'],
  ['method', 'PUT'],
  ['contenttype', 'text/plain'],
  ['body', '{ text: x }'],
  ['success', '{ status: [200] }'],
  ['sign', '{ scheme: github, secret: x }'],
  ['auth', '{ bearer: x }'],
  ['nats', '{ subject: x }'],
])('%s has no meaning for this broker, which is said with the kinds that have it', (key, value) => {
  const words = /is not a setting of kind kafka, but of .*\. Remove it, or write kind: (http|nats)/;
  expect(problemsOf(`kind: kafka, url: "kafka://k", ${key}: ${value}`)).toEqual([
    expect.stringMatching(new RegExp(`^error ${key} ${words.source}`)),
  ]);
});

test('a message is of a format that is not written by hand', () => {
  expect(problemsOf('kind: kafka, url: "kafka://k", format: template')).toEqual([
    expect.stringMatching(/^error format .*cloudevents/),
  ]);
});

test('brokers are described with where a push goes, and without their passwords', () => {
  const file = `version: 0.1
notifications:
  endpoints:
    - { name: one, kind: redisstream, url: "rediss://me:a-secret@redis.example.com/2", redisstream: { key: "pushes:{{ repository }}" } }
    - { name: two, kind: nats, url: "nats://n.example.com", nats: { subject: "registry.{{ action }}", token: a-secret }, where: tag != "" }
`;
  const { config, problems } = configFrom(Buffer.from(file), {});
  expect(problems).toEqual([]);
  if (!config) return expect.unreachable('no configuration');
  const { text, data } = describeConfig(config);
  expect(text).toContain('publishes to redisstream rediss://***@redis.example.com/2, key pushes:acme/app');
  expect(text).toContain('publishes to nats nats://n.example.com, subject registry.push');
  expect(text).toContain('sent as cloudevents: events');
  expect(JSON.stringify([text, data])).not.toContain('a-secret');
});
