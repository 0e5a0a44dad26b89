import { readBy } from '../testing/contract.js';
import { describePreset } from '../testing/preset.js';
import { quay } from './index.js';

const read = readBy('quay');

describePreset({
  format: quay,
  here: import.meta.url,
  read({ body, contentType }) {
    const [event, ...others] = read(body, contentType);
    if (!event || others.length > 0) throw new Error('one event is expected');
    const { action, target, request } = event;
    return { action, repository: target.repository, tag: target.tag, host: request?.host };
  },
  taken: ({ action, repository, tag, registry }) => ({ action, repository, tag, host: registry }),
});
