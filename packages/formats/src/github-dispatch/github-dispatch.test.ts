import { expect, test } from 'vitest';
import { z } from 'zod';
import { anEvent } from '../testing/inputs.js';
import { describePreset } from '../testing/preset.js';
import { githubDispatch } from './index.js';

const dispatch = z.strictObject({
  event_type: z.string().min(1).max(100),
  client_payload: z.record(z.string(), z.string()).refine((payload) => Object.keys(payload).length <= 10),
});

describePreset({
  format: githubDispatch,
  here: import.meta.url,
  read: ({ body }) => dispatch.parse(JSON.parse(body.toString())).client_payload,
  taken({ image, repository, tag, digest, action, mediatype, actor, time, id }) {
    const known = { image, repository, tag, digest, action, mediatype, actor, time, id };
    return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  },
});

test('the type of the event can be chosen', () => {
  const body = githubDispatch.render([anEvent()], { annotate: false, settings: { event: 'deploy' } });
  expect(JSON.parse(String(body))).toMatchObject({ event_type: 'deploy' });
});
