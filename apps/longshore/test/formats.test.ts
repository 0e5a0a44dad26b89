/** Formats at work: what each endpoint gets of the same events, and what it never gets. */
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

test('each endpoint gets its format of what it can use, and the rest is ignored before it is queued', async () => {
  const argo = await startReceiver();
  const chat = await startReceiver((_, n) => ({ status: 200, body: n === 1 ? 'no_service' : 'ok' }));
  const all = await startReceiver();
  const file = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        { name: 'argo', url: argo.url, timeout: '60s', format: 'harbor', host: 'registry.example.com:443' },
        { name: 'chat', url: chat.url, timeout: '60s', format: 'slack', backoff: '10ms' },
        {
          ...{ name: 'all', url: all.url, timeout: '60s', format: 'cloudevents' },
          ...{ options: { mode: 'batch' }, batch: { events: 3, wait: '1m' } },
        },
      ],
    },
    dashboard: { url: 'https://longshore.example.com' },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const pull = anEvent({ action: 'pull' });
  const untagged = anEvent({ target: { tag: undefined } });
  const answer = await relay.post(envelope(pull, untagged, anEvent({ id: 'the-push' })));
  expect(await answer.json()).toMatchObject({ accepted: 3, enqueued: 5, ignored: 4 });

  const [harbor] = await argo.received(1, AT_LAST);
  expect(harbor?.json()).toMatchObject({
    type: 'PUSH_ARTIFACT',
    event_data: { resources: [{ tag: '1.0', resource_url: 'registry.example.com:443/acme/app:1.0' }] },
  });
  const [first, second] = await chat.received(2, AT_LAST);
  expect(first?.headers['idempotency-key']).toBe(second?.headers['idempotency-key']);
  expect(second?.json()).toMatchObject({
    text: expect.stringMatching(/registry\.example\.com\/acme\/app:1\.0(.|\n)*search\?q=the-push\|/),
  });
  const [events] = await all.received(1, AT_LAST);
  expect(events?.headers['content-type']).toBe('application/cloudevents-batch+json');
  expect(events?.json<{ type: string }[]>().map(({ type }) => type)).toEqual([
    'dev.longshore.image.pull',
    'dev.longshore.image.push',
    'dev.longshore.image.push',
  ]);
  expect(argo.requests).toHaveLength(1);
}, 240_000);

test('a filter keeps events away, and one that fails on an event delivers it and is counted', async () => {
  const one = await startReceiver();
  const two = await startReceiver();
  const file = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        {
          name: 'one',
          url: one.url,
          timeout: '60s',
          where: 'glob(repository, "acme/**") && semver(tag) >= "2"',
        },
        { name: 'two', url: two.url, timeout: '60s', where: 'tag.split(".")[2] == "0"' },
      ],
    },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const events = ['1.9.0', '2.1.0', '3.0'].map((tag) => anEvent({ target: { tag } }));
  const answer = await relay.post(envelope(...events));
  expect(await answer.json()).toMatchObject({ accepted: 3, enqueued: 5, ignored: 1 });
  const tags = (requests: { body: string }[]) =>
    requests.map(({ body }) => JSON.parse(body).events[0].target.tag).sort();
  expect(tags(await one.received(2, AT_LAST))).toEqual(['2.1.0', '3.0']);
  expect(tags(await two.received(3, AT_LAST))).toEqual(['1.9.0', '2.1.0', '3.0']);
  // At ingest, and at the worker before the attempt.
  const metrics = await (await fetch(`${relay.admin}/metrics`)).text();
  expect(metrics).toContain('longshore_filter_errors_total{endpoint="two"} 2');
}, 240_000);

test('a template makes the request, and one that fails on an event dead-letters it', async () => {
  const one = await startReceiver();
  const file = await writeConfig(await workFolder(), {
    notifications: {
      endpoints: [
        {
          ...{ name: 'one', url: `${one.url}/{{ name }}/{{ tag }}`, timeout: '60s', format: 'template' },
          ...{ method: 'PUT', body: { said: 'by {{ actor }}', tag: '{{ tag }}', size: '{{ size }}' } },
        },
      ],
    },
    redis: { url: redisUrl(), prefix: testPrefix() },
  });
  const relay = await startRelay(file, { roles: ['ingest', 'worker'] });
  const tags = ['<!channel>"x', '..'];
  const events = tags.map((tag) => anEvent({ target: { tag } }));
  expect(await (await relay.post(envelope(...events))).json()).toMatchObject({ enqueued: 2 });
  const [request] = await one.received(1, AT_LAST);
  expect(request).toMatchObject({ method: 'PUT' });
  expect(request?.json()).toMatchObject({ tag: '<!channel>"x', size: expect.any(Number) });
  const dead = await relay.waitFor(({ record }) => record === 'delivery.settled', AT_LAST);
  expect(dead).toMatchObject({ reason: 'template', eventId: events[1]?.id });
  expect(one.requests).toHaveLength(1);
}, 240_000);
