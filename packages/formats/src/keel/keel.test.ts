import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { keel } from './index.js';

/** `types.Repository` of keel: name and tag are required. */
const native = z.strictObject({
  name: z.string().min(1),
  tag: z.string().min(1),
  digest: z.string().optional(),
});

describePreset({
  format: keel,
  here: import.meta.url,
  read: ({ body }) => native.parse(JSON.parse(body.toString())),
  taken: ({ image, tag, digest }) => ({ name: image, tag, digest }),
});
