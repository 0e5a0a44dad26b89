/** The answers to what was taken, ignored or could not be read, with the record that each request leaves. */
import { describe, expect, test } from 'vitest';
import { anEvent, endpoints, endpointsWith, envelope } from './testing/events.js';
import { startIngest } from './testing/ingest.js';

const nothing = { accepted: 0, enqueued: 0, duplicates: 0, ignored: 0, quarantined: 0 };

describe('what is taken', () => {
  test('a 2xx means durable: an event is in every endpoint’s queue before the answer', async () => {
    const ingest = await startIngest(endpoints('one', 'two'));
    const event = anEvent();
    expect(await ingest.post(envelope(event))).toMatchObject({
      status: 202,
      json: { ...nothing, accepted: 1, enqueued: 2 },
    });
    expect(await ingest.stored()).toEqual({ deliveries: 2, quarantined: 0 });
    expect(ingest.records()).toEqual([
      expect.objectContaining({
        level: 'info',
        record: 'event.received',
        msg: 'event received',
        source: 'distribution',
        kind: 'distribution',
        accepted: 1,
        enqueued: 2,
        duplicates: 0,
        ignored: 0,
        ms: expect.any(Number),
        events: [
          {
            id: event.id,
            action: 'push',
            repository: 'acme/app',
            tag: '1.0',
            digest: expect.stringContaining('sha256:'),
          },
        ],
      }),
    ]);
  });

  test('the same request again, and the same event twice in one request, are duplicates', async () => {
    const ingest = await startIngest(endpoints('one', 'two'));
    const event = anEvent();
    const twice = await ingest.post(envelope(event, event));
    expect(twice.json).toEqual({ ...nothing, accepted: 2, enqueued: 2, duplicates: 2 });
    const again = await ingest.post(envelope(event));
    expect([again.status, again.json]).toEqual([202, { ...nothing, accepted: 1, duplicates: 2 }]);
    expect(await ingest.stored()).toEqual({ deliveries: 2, quarantined: 0 });
  });

  test('the same event in many requests at once is one delivery for each endpoint', async () => {
    const ingest = await startIngest(endpoints('one', 'two'));
    const body = envelope(anEvent());
    const answers = await Promise.all(Array.from({ length: 20 }, () => ingest.post(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await ingest.stored()).toEqual({ deliveries: 2, quarantined: 0 });
    const counts = answers.map(({ json }) => json as typeof nothing);
    expect(counts.reduce((sum, { enqueued }) => sum + enqueued, 0)).toBe(2);
    expect(counts.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(38);
  });

  test('what the rules of an endpoint ignore is counted and recorded by rule', async () => {
    const ingest = await startIngest(
      endpointsWith({
        all: {},
        pushes: { ignore: { actions: ['pull'] } },
        released: { ignore: { tags: ['*-dev'] } },
        off: { disabled: true },
        later: { paused: true },
      }),
    );
    const answer = await ingest.post(envelope(anEvent({ action: 'pull' }), anEvent({}, { tag: 'x-dev' })));
    expect(answer.json).toEqual({ ...nothing, accepted: 2, enqueued: 6, ignored: 2 });
    const ignored = ingest.records().filter(({ record }) => record === 'delivery.ignored');
    expect(ignored.map(({ endpoint, rule }) => [endpoint, rule])).toEqual([
      ['pushes', 'action'],
      ['released', 'tag'],
    ]);
    // A paused endpoint's events are kept for it; a disabled one gets none.
    expect(await ingest.inspector.counts('later')).toMatchObject({ waiting: 2 });
    expect(await ingest.inspector.counts('off')).toMatchObject({ waiting: 0 });
  });

  test('a pull by Longshore itself goes to the endpoints that ask for it, and is counted for the others', async () => {
    const ingest = await startIngest(endpointsWith({ one: {}, two: {}, audit: { ownpulls: true } }));
    const by = (useragent: string, action = 'pull') => anEvent({ action, request: { useragent } });
    const own = by('longshore/0.1.0');
    expect((await ingest.post(envelope(own))).json).toEqual({
      ...nothing,
      accepted: 1,
      enqueued: 1,
      ignored: 2,
    });
    const ignored = ingest.records().filter(({ record }) => record === 'delivery.ignored');
    expect(ignored.map(({ endpoint, rule }) => [endpoint, rule])).toEqual([
      ['one', 'own_pull'],
      ['two', 'own_pull'],
    ]);
    expect(ingest.noted).toMatchObject([
      { eventId: own.id, ignored: [{ rule: 'own_pull' }, { rule: 'own_pull' }] },
    ]);
    const others = [by('longshore/0.1.0', 'push'), by('Go-http-client/1.1'), by('not longshore/0.1.0')];
    expect((await ingest.post(envelope(...others))).json).toEqual({ ...nothing, accepted: 3, enqueued: 9 });
  });

  test('without an endpoint an event is taken and goes nowhere', async () => {
    const ingest = await startIngest();
    const answer = await ingest.post(envelope(anEvent()));
    expect([answer.status, answer.json]).toEqual([202, { ...nothing, accepted: 1 }]);
    expect(ingest.records()).toHaveLength(1);
  });

  test('endpoints of a changed configuration hold from the next request on', async () => {
    const ingest = await startIngest(endpoints('one'));
    await ingest.post(envelope(anEvent()));
    await ingest.apply(endpoints('one', 'two', 'three'));
    expect((await ingest.post(envelope(anEvent()))).json).toMatchObject({ enqueued: 3 });
  });
});

describe('what holds no event', () => {
  test.each([
    ['an empty body', ''],
    ['white space', ' \n'],
    ['an envelope of no events', '{"events":[]}'],
    ['events that are null', '{"events":null}'],
    ['an empty object, as the registry writes an empty envelope', '{}'],
    ['a ping', '{"events":[{"action":"ping"}]}'],
  ])('%s is answered 200 and leaves one record', async (_, body) => {
    const ingest = await startIngest(endpoints('one'));
    const answer = await ingest.post(body);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject(nothing);
    expect(ingest.records()).toMatchObject([{ record: 'event.received', accepted: 0, events: [] }]);
    expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 0 });
  });
});

describe('what cannot be read', () => {
  test.each([
    ['not JSON', '{"events":', 'the body is not JSON'],
    ['not UTF-8', new Uint8Array([0xff, 0xfe, 0x00]), 'the body is not UTF-8'],
    ['no envelope', '[1]', 'the body is not an object with a list of events'],
  ])('a body that is %s is answered 202 and kept with the reason', async (_, body, reason) => {
    const ingest = await startIngest(endpoints('one'));
    const answer = await ingest.post(body);
    expect([answer.status, answer.json]).toEqual([202, { ...nothing, quarantined: 1, reason }]);
    const [kept] = await ingest.quarantine.list();
    expect(kept).toMatchObject({ source: 'distribution', reason, path: '/registry/notifications' });
    expect(Buffer.from(kept?.body ?? '', 'base64')).toEqual(Buffer.from(body));
    expect(ingest.records()).toMatchObject([
      { level: 'warn', record: 'event.quarantined', reason, quarantineId: kept?.id, bytes: body.length },
    ]);
    expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 1 });
  });

  test('a format that is not known is kept too', async () => {
    const ingest = await startIngest(endpoints('one'));
    const answer = await ingest.post('{"hello":1}', { headers: { 'content-type': 'application/json' } });
    const reason = 'the format is unknown. Report it with the body';
    expect([answer.status, answer.json]).toEqual([202, { ...nothing, quarantined: 1, reason }]);
    expect(ingest.records()).toMatchObject([{ record: 'event.quarantined', source: 'unknown', reason }]);
  });

  test('taken or quarantined: one bad event spoils no other of its envelope', async () => {
    const ingest = await startIngest(endpoints('one'));
    const good = [anEvent(), anEvent(), anEvent()];
    const bad = { id: 'bad', action: 'push' };
    const answer = await ingest.post(envelope(good[0], bad, good[1], good[2]));
    const reason = 'target is missing';
    expect([answer.status, answer.json]).toEqual([
      202,
      { ...nothing, accepted: 3, enqueued: 3, quarantined: 1, reason },
    ]);
    expect(await ingest.stored()).toEqual({ deliveries: 3, quarantined: 1 });
    const [kept] = await ingest.quarantine.list();
    // On its own, so that it can be taken again on its own.
    expect(JSON.parse(Buffer.from(kept?.body ?? '', 'base64').toString())).toEqual(envelope(bad));
    const received = ingest.records().filter(({ record }) => record === 'event.received');
    expect(received).toMatchObject([{ accepted: 3, events: good.map(({ id }) => ({ id })) }]);
    const quarantined = ingest.records().filter(({ record }) => record === 'event.quarantined');
    expect(quarantined).toMatchObject([{ reason, quarantineId: kept?.id }]);
  });

  test('the same body again is one entry', async () => {
    const ingest = await startIngest(endpoints('one'));
    await ingest.post('{');
    expect((await ingest.post('{')).json).toMatchObject({ quarantined: 1 });
    expect(await ingest.stored()).toEqual({ deliveries: 0, quarantined: 1 });
  });

  test('headers are kept only when they hold no secret', async () => {
    const ingest = await startIngest(endpoints('one'));
    const secrets = {
      authorization: 'Bearer the-secret',
      cookie: 'session=the-secret',
      'x-api-key': 'the-secret',
      'proxy-authorization': 'Basic the-secret',
      'x-hub-signature-256': 'the-secret',
    };
    const headers = { ...secrets, 'user-agent': 'Go-http-client/1.1', 'x-request-id': '7' };
    await ingest.post('{', { path: '/registry/notifications?token=the-secret', headers });
    const [kept] = await ingest.quarantine.list();
    expect(kept?.headers).toEqual({
      'content-type': expect.stringContaining('events.v2+json'),
      'user-agent': 'Go-http-client/1.1',
      'x-request-id': '7',
    });
    expect(JSON.stringify([kept, ingest.lines])).not.toContain('the-secret');
  });
});
