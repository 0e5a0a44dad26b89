import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { gitlabTrigger } from './index.js';

/** A member `ref` beside `variables` would replace the one in the URL. */
const trigger = z.strictObject({ variables: z.record(z.string().regex(/^IMAGE[A-Z_]*$/), z.string()) });

describePreset({
  format: gitlabTrigger,
  here: import.meta.url,
  read: ({ body }) => trigger.parse(JSON.parse(body.toString())).variables,
  taken: ({ image = '', repository = '', tag = '', digest = '', action }) => ({
    IMAGE: image,
    IMAGE_REPOSITORY: repository,
    IMAGE_TAG: tag,
    IMAGE_DIGEST: digest,
    IMAGE_ACTION: action,
  }),
});
