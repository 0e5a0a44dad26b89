import { readBy } from '../testing/contract.js';
import { describePreset } from '../testing/preset.js';
import { dockerhub } from './index.js';

const read = readBy('dockerhub');

describePreset({
  format: dockerhub,
  here: import.meta.url,
  read({ body, contentType }) {
    const [event, ...others] = read(body, contentType);
    if (!event || others.length > 0) throw new Error('one event is expected');
    const { action, target } = event;
    return { action, repository: target.repository, tag: target.tag };
  },
  taken: ({ action, repository, tag }) => ({ action, repository, tag }),
});
