import { z } from 'zod';
import { describePreset } from '../testing/preset.js';
import { jenkins } from './index.js';

/** What the plugin reads; it throws inside on what is missing. The image's host is that of `target.url`. */
const envelope = z.object({
  events: z.tuple([
    z.object({
      timestamp: z.iso.datetime({ offset: true }),
      action: z.literal('push'),
      target: z.object({ url: z.string(), repository: z.string(), tag: z.string() }),
      request: z.object({ host: z.string() }),
    }),
  ]),
});

describePreset({
  format: jenkins,
  here: import.meta.url,
  read({ body }) {
    const [{ target, request }] = envelope.parse(JSON.parse(body.toString())).events;
    if (!target.url.startsWith(`https://${request.host}/v2/`) || !target.url.includes('/manifests/')) {
      throw new Error(target.url);
    }
    return { image: `${request.host}/${target.repository}`, tag: target.tag };
  },
  taken: ({ image, tag }) => ({ image, tag }),
});
