/** A message for ntfy, posted to the server's root. Source: ntfy `server/types.go`, `publishMessage`. */
import { setting } from '@longshore/settings';
import { text } from '@longshore/settings/values';
import { chat } from '../chat.js';
import { clipped } from '../text.js';

/** Bytes of a message, of which a character may need three. */
const LONGEST = Math.floor(4_096 / 3);
const TAGS = { event: 'package', firing: 'rotating_light', resolved: 'white_check_mark' } as const;

const options = {
  topic: setting(text(), 'ntfy: topic that messages are published to. Required.').optional(),
};

/** The format `ntfy`. */
export const ntfy = chat({
  name: 'ntfy',
  summary: 'a message for ntfy; `options: {topic}` is required',
  options,
  requires: ['topic'],
  body: ({ state, heading, text, fields, link }, { settings }) => ({
    topic: settings?.topic,
    title: heading,
    message: clipped([text, ...fields.map(([label, value]) => `${label}: ${value}`)].join('\n'), LONGEST),
    priority: state === 'firing' ? 4 : 3,
    tags: [TAGS[state]],
    ...(link && { click: link }),
  }),
});
