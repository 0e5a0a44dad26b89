import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { spinnaker } from './index.js';

const body = z.object({
  artifacts: z.tuple([
    z.strictObject({
      type: z.literal('docker/image'),
      name: z.string(),
      version: z.string(),
      reference: z.string(),
    }),
  ]),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
});

describePreset({
  format: spinnaker,
  here: import.meta.url,
  read(request) {
    const { artifacts, parameters } = body.parse(JSON.parse(request.body.toString()));
    return {
      name: artifacts[0].name,
      version: artifacts[0].version,
      reference: artifacts[0].reference,
      parameters,
    };
  },
  taken: (facts) => ({ name: facts.image, version: facts.tag, reference: facts.ref, parameters: facts }),
});
