import { createSources } from '@longshore/sources';
import { expect, test } from 'vitest';
import { anEvent } from '../testing/inputs.js';
import { describePreset, type Request } from '../testing/preset.js';
import { cloudevents } from './index.js';

function read({ contentType, headers, body }: Request) {
  const sources = createSources({ sources: [{ name: 'ce', kind: 'cloudevents' }], includeReferences: true });
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const raw = {
    method: 'POST',
    path: '/',
    headers: { 'content-type': contentType, ...lower },
    body,
    receivedAt: 0,
  };
  const { taken, quarantined } = sources.reopen('ce', raw);
  expect(quarantined.map(({ reason }) => reason)).toEqual([]);
  return taken.map(({ event: { id, action, target, request, time } }) => {
    const { repository, tag, digest, mediaType } = target;
    return { id, action, repository, tag, digest, mediaType, host: request?.host, time };
  });
}

for (const mode of ['structured', 'binary'] as const) {
  describePreset({
    format: { ...cloudevents, name: `cloudevents ${mode}` },
    here: new URL(`./${mode}/`, import.meta.url).href,
    settings: { mode },
    read: (request) => read(request)[0],
    taken: ({ id, action, repository, tag, digest, mediatype: mediaType, registry: host, time }) => ({
      id,
      action,
      repository,
      tag,
      digest,
      mediaType,
      host,
      time,
    }),
  });
}

test('a batch is a list of events', () => {
  const options = { annotate: false, settings: { mode: 'batch' } };
  const deliveries = [anEvent(), anEvent({ action: 'pull' })];
  expect(cloudevents.batches?.(options)).toBe(true);
  const [first] = deliveries;
  const body = cloudevents.render(deliveries, options);
  if (!first || !body) return expect.unreachable('nothing is rendered');
  const contentType = cloudevents.contentType(first, options);
  expect(contentType).toBe('application/cloudevents-batch+json');
  expect(read({ contentType, headers: {}, body }).map(({ action }) => action)).toEqual(['push', 'pull']);
});
