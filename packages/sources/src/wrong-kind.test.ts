import { expect, test } from 'vitest';
import { decodeBody } from './body.js';
import { KINDS } from './kinds/index.js';
import { createSources } from './sources.js';
import { readSamples } from './testing/samples.js';

const samplesOf = (kind: string) => readSamples(new URL(`./kinds/${kind}/samples/`, import.meta.url));

/** What the samples of one kind come to at a source of another, each once. */
async function outcomes(kind: string, samples: string) {
  const sources = createSources({ sources: [{ name: 'mistaken', kind }] });
  const opened = samplesOf(samples)
    .filter(({ expected }) => expected.events.length > 0)
    .map(({ request }) => sources.open({ ...request, path: '/sources/mistaken' }));
  return (await Promise.all(opened)).map(({ taken, quarantined, note }) => ({
    events: taken.length,
    reasons: quarantined.map(({ reason }) => reason),
    note,
  }));
}

test.each([
  ['nexus', 'github'],
  ['nexus', 'dockerhub'],
  ['github', 'gitea'],
  ['quay', 'jfrog'],
  ['eventgrid', 'zot'],
  ['gar', 'nexus'],
])('at a source of kind %s, what %s sends is kept with the reason', async (kind, sender) => {
  const reason = `it is a request of kind ${sender}, sent to a source of kind ${kind}`;
  for (const outcome of await outcomes(kind, sender))
    expect(outcome).toEqual({ events: 0, reasons: [reason], note: undefined });
});

test.each(KINDS.filter(({ kind }) => kind !== 'cloudevents'))(
  'at a source of kind $kind, a CloudEvent is taken, or kept with the reason',
  async ({ kind }) => {
    const reason = `it is a request of kind cloudevents, sent to a source of kind ${kind}`;
    for (const { events, reasons } of await outcomes(kind, 'cloudevents')) {
      if (events === 0) expect(reasons).toEqual([reason]);
    }
  },
);

test('a CloudEvent without a body is kept at a source of another kind, and taken under its own', async () => {
  const sample = samplesOf('cloudevents').find(({ request }) => request.body.length === 0);
  if (!sample) throw new Error('no sample is without a body');
  const request = { ...sample.request, path: '/sources/registry' };
  const wrong = createSources({ sources: [{ name: 'registry', kind: 'harbor' }] });
  const { quarantined } = await wrong.open(request);
  expect(quarantined.map(({ reason }) => reason)).toEqual([
    'it is a request of kind cloudevents, sent to a source of kind harbor',
  ]);
  const right = createSources({ sources: [{ name: 'registry', kind: 'cloudevents' }] });
  expect(right.reopen('registry', request).taken).toHaveLength(1);
});

test('a generic source of CloudEvents takes those of every sender', async () => {
  expect((await outcomes('cloudevents', 'zot')).flatMap(({ reasons }) => reasons).join()).not.toContain(
    'of kind',
  );
});

test.each([
  ['as it comes', {}],
  ['through Event Grid', { 'aeg-event-type': 'Notification' }],
  ['through Pub/Sub', { 'x-goog-pubsub-message-id': '1' }],
])('what a kind takes and knows for its own stays, %s, whatever its action', async (_, more) => {
  for (const kind of KINDS) {
    const config = { sources: [{ name: 'own', kind: kind.kind }] };
    const [sources, alone] = [createSources(config), createSources(config, [kind])];
    for (const { name, request } of samplesOf(kind.kind)) {
      const body = decodeBody(request.body);
      if (body.state !== 'json' || kind.recognizes(request, body.value) !== true) continue;
      const passedOn = { ...request, path: '/sources/own', headers: { ...request.headers, ...more } };
      const { taken } = await sources.open(passedOn);
      expect(taken, `${kind.kind} ${name}`).toEqual((await alone.open(passedOn)).taken);
    }
  }
});

test('a request that came to a source of the wrong kind is taken when it is tried again under its own', async () => {
  const [sample] = samplesOf('zot');
  if (!sample) throw new Error('zot has no sample');
  const request = { ...sample.request, path: '/sources/registry' };
  const wrong = createSources({ sources: [{ name: 'registry', kind: 'quay' }] });
  const { quarantined } = await wrong.open(request);
  const right = createSources({ sources: [{ name: 'registry', kind: 'zot' }] });
  const kept = right.reopen('registry', { ...request, body: quarantined[0]?.body ?? Buffer.alloc(0) });
  expect(kept.taken).toHaveLength(sample.expected.events.length);
});

test('what its sender puts keys into is kept without them', async () => {
  for (const { kind, storable } of KINDS) {
    if (!storable) continue;
    const sources = createSources({ sources: [{ name: 'mistaken', kind: 'quay' }] });
    for (const { request } of samplesOf(kind)) {
      const { quarantined } = await sources.open({ ...request, path: '/sources/mistaken' });
      const [whole] = quarantined.filter(({ reason }) => reason.includes(`of kind ${kind}`));
      if (whole) expect(whole.body.equals(storable(request.body)), kind).toBe(true);
    }
  }
});
