/** A message of Mattermost's incoming webhooks. Source: mattermost `server/public/model/incoming_webhook.go`. */
import { chat, SIGNS } from '../chat.js';
import { markdown } from '../text.js';

/** The format `mattermost`. */
export const mattermost = chat({
  name: 'mattermost',
  summary: 'a message for Mattermost',
  body: ({ state, heading, text, fields, link }) => ({
    text: [
      `${SIGNS[state]} **${markdown(heading)}:** ${markdown(text)}`,
      ...fields.map(([label, value]) => `**${label}:** ${markdown(value)}`),
      ...(link ? [`[Open in Longshore](${link})`] : []),
    ].join('\n'),
  }),
});
