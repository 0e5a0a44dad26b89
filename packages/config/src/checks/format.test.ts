/** Formats: what follows from one for the rest of the endpoint, and what does not fit to it. */
import { expect, test } from 'vitest';
import { describe as describeConfig } from '../describe.js';
import { configFrom } from '../read.js';
import { httpEndpoints } from '../samples/endpoints.js';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';

const read = (settings: string) => {
  const [endpoint] = httpEndpoints(configFrom(Buffer.from(file(settings)), {}).config);
  return endpoint ?? expect.unreachable(settings);
};

test('a preset takes pushes of tags and has more time', () => {
  expect(read('format: harbor')).toMatchObject({
    timeout: 10_000,
    accept: ['event'],
    needs: { actions: ['push'], fields: ['repository', 'tag', 'host'] },
    answers: { final: expect.arrayContaining([400, 404]) },
  });
  expect(read('format: harbor, timeout: 3s')).toMatchObject({ timeout: 3_000 });
  const { timeout, needs, answers } = read('');
  expect({ timeout, needs, answers }).toEqual({ timeout: 1_000, needs: {}, answers: undefined });
});

test.each(['ignore: { actions: [pull] }', 'accept: [event]', 'accept: [event, other]'])(
  'a chat takes what the endpoint asks for: %s',
  (settings) => {
    expect(read(`format: slack, ${settings}`).needs).toEqual({});
    expect(read(`format: keel, ${settings}`).needs).toMatchObject({ actions: ['push'] });
  },
);

test('a chat of which nothing is said takes pushes of tags', () => {
  expect(read('format: slack').needs).toEqual({ actions: ['push'], fields: ['repository', 'tag'] });
});

test('the endpoint’s own success comes before the format’s', () => {
  expect(read('format: slack').answers).toMatchObject({ statuses: [200], body: 'ok' });
  const own = read('format: slack, success: { status: [204], body: "" }').answers;
  expect(own).toMatchObject({ statuses: [204], body: '', final: expect.arrayContaining([404]) });
  expect(read('success: { body: fine }').answers).toEqual({ body: 'fine' });
});

test('`check` says what is sent', () => {
  const { config } = configFrom(Buffer.from(file('format: harbor, host: "r.example:5000"')), {});
  expect(config && describeConfig(config).text).toContain(
    'sent as harbor for images of r.example:5000: push events with repository, tag, host',
  );
});

test('`check` prints a filter', () => {
  const { config } = configFrom(Buffer.from(file(`where: 'tag != ""', ignore: { sources: [eu] }`)), {});
  const { text = '' } = config ? describeConfig(config) : {};
  expect(text).toContain('gets only events for which tag != ""');
  expect(text).toContain('ignores sources eu');
});

test('`check` prints the request of a template for a sample', () => {
  const settings =
    'format: template, method: PUT, headers: { X-Tag: ["{{ tag }}"] }, body: { text: "{{ ref }}", key: env:KEY, size: "{{ size }}" }';
  const { config, problems } = configFrom(Buffer.from(file(settings)), { KEY: 'secret' });
  expect(problems).toEqual([]);
  const { text = '' } = config ? describeConfig(config) : {};
  expect(text).toContain('for a push of acme/app:1.4.2: PUT http://receiver/, header X-Tag');
  expect(text).toContain('{"text":"registry.example.com/acme/app:1.4.2","key":"env:KEY","size":1024}');
  expect(text).not.toContain('secret');
});

test('a body keeps the types and the form in which it is written', () => {
  const { body } = read(
    'format: template, body: { a: [1, "1", true, ~, 1.5, { b: x }], long: 9007199254740993 }',
  );
  expect(body).toEqual({ a: [1, '1', true, null, 1.5, { b: 'x' }], long: '9007199254740993' });
  expect(read('format: template').body).toBeUndefined();
});

test('a body can be overridden by a variable, as a text or as a map', () => {
  const withVariable = (text: string) => {
    const env = { LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_BODY: text };
    const { config, problems } = configFrom(Buffer.from(file('format: template, body: {}')), env);
    expect(problems).toEqual([]);
    return httpEndpoints(config)[0]?.body;
  };
  expect(withVariable('{ tag: "{{ tag }}" }')).toEqual({ tag: '{{ tag }}' });
  expect(withVariable('{{ tag }}')).toBe('{{ tag }}');
});

const REGISTRY = 'registry: { url: "https://r.example" }';
const traps: Trap[] = [
  {
    title: 'an option of another format',
    bad: file('format: slack, options: { topic: pushes }'),
    problem: ['error', `${KEY}.options.topic`, /no option of format slack/],
    fine: file('format: ntfy, options: { topic: pushes }'),
  },
  {
    title: 'an option of no format',
    bad: file('format: ntfy, options: { topic: pushes, topics: a }'),
    problem: ['error', `${KEY}.options.topics`, /topic/],
    fine: file('format: ntfy, options: { topic: pushes }'),
  },
  {
    title: 'without an option that the format needs',
    bad: file('format: scan'),
    problem: ['error', `${KEY}.options`, /needs options.registry/],
    fine: file(`format: scan, options: { ${REGISTRY} }`),
  },
  {
    title: 'a host for events that are sent as they came',
    bad: file('host: r.example'),
    problem: ['error', `${KEY}.host`, /sends the event as it came/],
    fine: file('format: keel, host: r.example'),
  },
  {
    title: 'a host that is a url',
    bad: file('format: keel, host: "https://r.example"'),
    problem: ['error', `${KEY}.host`, /must be a host/],
    fine: file('format: keel, host: "[::1]:5000"'),
  },
  {
    title: 'a batch of a format with one event for each request',
    bad: file('format: harbor, batch: { events: 10 }'),
    problem: ['error', `${KEY}.batch`, /holds one event/],
    fine: file('format: cloudevents, options: { mode: batch }, batch: { events: 10 }'),
  },
  {
    title: 'a filter with a name that does not exist',
    bad: file(`where: 'repositories == "x"'`),
    problem: ['error', `${KEY}.where`, /Unknown variable: repositories/],
    fine: file(`where: 'repository == "x"'`),
  },
  {
    title: 'a body for a format that has its own',
    bad: file('format: slack, body: { text: x }'),
    problem: ['error', `${KEY}.body`, /is for format template/],
    fine: file('format: template, body: { text: x }'),
  },
  {
    title: 'a template with a name that does not exist',
    bad: file('format: template, body: { text: ["{{ tga }}"] }'),
    problem: ['error', `${KEY}.body.text[0]`, /tga is not known. There are id, action/],
    fine: file('format: template, body: { text: ["{{ tag }}"] }'),
  },
  {
    title: 'a template that no request can be made of',
    bad: file('format: template, body: { text: "{% for a in (1..100000000) %}x{% endfor %}" }'),
    problem: ['error', `${KEY}.body`, /fails on a push of an image/],
    fine: file('format: template, body: { text: "{{ tag }}" }'),
  },
  {
    title: 'a template whose host is in the event',
    bad: 'notifications: { endpoints: [{ name: one, url: "http://{{ registry }}/x", format: template }] }',
    problem: ['error', `${KEY}.url`, /must not choose where it is sent/],
    fine: 'notifications: { endpoints: [{ name: one, url: "http://r/{{ registry }}", format: template }] }',
  },
  {
    title: 'the address at Jenkins that answers with a redirect',
    bad: 'notifications: { endpoints: [{ name: one, url: "http://j/dockerhub-webhook/t/notify", format: jenkins }] }',
    problem: ['warning', `${KEY}.url`, /builds again/],
    fine: 'notifications: { endpoints: [{ name: one, url: "http://j/dockerregistry-webhook/t/notify", format: jenkins }] }',
  },
];

test.each(traps)('$title', checkTrap);
