/** A push for a webhook trigger of Spinnaker: an artifact, and parameters. Source: spinnaker `echo-webhooks`. */
import { preset } from '../preset.js';

/** The format `spinnaker`. */
export const spinnaker = preset({
  name: 'spinnaker',
  summary: 'an artifact and parameters for Spinnaker’s webhook trigger',
  body: ({ image, tag, ref, ...facts }) => ({
    artifacts: [{ type: 'docker/image', name: image, version: tag, reference: ref }],
    parameters: { image, tag, ref, ...facts },
  }),
});
