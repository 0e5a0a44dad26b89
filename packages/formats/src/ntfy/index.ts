/** A message for ntfy, posted to the server's root. Source: ntfy `server/types.go`, `publishMessage`. */
import { z } from 'zod';
import { chat, clipped } from '../chat.js';

/** Bytes of a message, of which a character may need three. */
const LONGEST = Math.floor(4_096 / 3);
const TAGS = { event: 'package', firing: 'rotating_light', resolved: 'white_check_mark' } as const;

const settings = z.strictObject({
  topic: z
    .string()
    .regex(/^[-_A-Za-z0-9]{1,64}$/)
    .describe('Topic that the message is published to.'),
});

/** The format `ntfy`. */
export const ntfy = chat({
  name: 'ntfy',
  summary: 'a message for ntfy; `options: {topic}` is required',
  settings,
  body: ({ state, heading, text, fields, link }, options) => ({
    topic: settings.safeParse(options.settings).data?.topic,
    title: heading,
    message: clipped([text, ...fields.map(([label, value]) => `${label}: ${value}`)].join('\n'), LONGEST),
    priority: state === 'firing' ? 4 : 3,
    tags: [TAGS[state]],
    ...(link && { click: link }),
  }),
});
