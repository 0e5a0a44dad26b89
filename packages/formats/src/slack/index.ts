/**
 * A message of Slack's incoming webhooks, `{"text": …}`, which Mattermost and other chats take too.
 * Source: https://api.slack.com/messaging/webhooks and https://api.slack.com/reference/surfaces/formatting; that a
 * message was taken only when the body is `ok`: alertmanager `notify/slack/slack.go`.
 */
import { PRESET_ANSWERS } from '../answers.js';
import { chat } from '../chat.js';
import { slackEscaped as escaped } from './escaped.js';

const EMOJI = { event: ':package:', firing: ':rotating_light:', resolved: ':white_check_mark:' } as const;

/** The format `slack`. */
export const slack = chat({
  name: 'slack',
  summary: '`{"text": …}`, for Slack and compatible chats',
  answers: { ...PRESET_ANSWERS, statuses: [200], body: 'ok' },
  body: ({ state, heading, text, fields, link }) => ({
    text: [
      `${EMOJI[state]} *${escaped(heading)}:* ${escaped(text)}`,
      ...fields.map(([label, value]) => `*${label}:* ${escaped(value)}`),
      ...(link ? [`<${escaped(link)}|Open in Longshore>`] : []),
    ].join('\n'),
  }),
});
