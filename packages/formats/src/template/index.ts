/**
 * A request that the endpoint describes itself: `url`, `headers` and `body` are templates. What of it is compiled is
 * in `RenderOptions.template`.
 */
import { PRESET_ANSWERS } from '../answers.js';
import type { Format } from '../format.js';

/** The format `template`. */
export const template: Format = {
  name: 'template',
  summary: 'what `body` says, in Liquid; `url` and `headers` may have expressions too',
  offeredTo: ['endpoints'],
  needs: {},
  timeoutMs: 10_000,
  answers: PRESET_ANSWERS,
  contentType: (_, { template }) => template?.contentType ?? '',
  headers([delivery], { template, host }) {
    return (delivery && template?.render(delivery, host)?.headers) ?? {};
  },
  path: (delivery, { template, host }) => template?.render(delivery, host)?.path,
  render: ([delivery], { template, host }) => delivery && template?.render(delivery, host)?.body,
};
