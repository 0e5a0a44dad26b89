import { describePreset } from '../testing/preset.js';
import { flux } from './index.js';

describePreset({
  format: flux,
  here: import.meta.url,
  read({ body, contentType }) {
    // With another media type a filter of the Receiver sees an empty object.
    if (contentType !== 'application/json') throw new Error(contentType);
    return JSON.parse(body.toString());
  },
  taken: (facts) => facts,
});
