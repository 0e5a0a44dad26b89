/** The order of `kinds/index.ts`: on the shared path the kind of a request has to be recognized. */
import { expect, test } from 'vitest';
import { decodeBody } from './body.js';
import { KINDS } from './kinds/index.js';
import { createSources } from './sources.js';
import { readSamples } from './testing/samples.js';

const sources = createSources({ sources: [] });

/** Samples of kind distribution that only GitLab's fork sends: a source of that kind takes them as well. */
const OF_GITLAB = ['edges/rename', 'edges/token-of-the-actor', 'edges/unknown-fields'];

test.each(KINDS.map((kind) => [kind.kind, kind] as const))(
  'samples of kind %s are recognized as such',
  async (_, kind) => {
    const samples = readSamples(new URL(`./kinds/${kind.kind}/samples/`, import.meta.url));
    const recognizable = samples.filter(({ expected }) => expected.events.length > 0);
    expect(recognizable).not.toEqual([]);
    for (const { name, request } of recognizable) {
      if (OF_GITLAB.includes(name)) continue;
      const body = decodeBody(request.body);
      const value = body.state === 'json' ? body.value : undefined;
      // A form that two kinds have is identified by its secret, not by its shape.
      if (kind.recognizes(request, value) === 'perhaps') continue;
      const opened = await sources.open({ ...request, path: '/registry/notifications' });
      expect(`${name}: ${opened.kind}`).toBe(`${name}: ${kind.kind}`);
    }
  },
);
