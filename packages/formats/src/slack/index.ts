/**
 * An alert as a message of Slack's incoming webhooks, `{"text": …}`, which Mattermost and other chats take too.
 * Source: https://api.slack.com/messaging/webhooks and https://api.slack.com/reference/surfaces/formatting.
 */
import { type AlertMessage, alertIn } from '../alert.js';
import type { Format } from '../format.js';

/** The format `slack`. */
export const slack: Format = {
  name: 'slack',
  summary: '`{"text": …}`, for Slack, Mattermost and compatible chats',
  offeredTo: 'alerts',
  needs: {},
  batches: false,
  contentType: () => 'application/json',
  render([delivery]) {
    const message = delivery && alertIn(delivery);
    return message && Buffer.from(JSON.stringify({ text: textOf(message) }));
  },
};

function textOf({ state, summary, next = '', runbook }: AlertMessage): string {
  if (state === 'resolved') return `:white_check_mark: *Longshore, resolved:* ${escaped(summary)}`;
  return [
    `:rotating_light: *Longshore:* ${escaped(summary)}`,
    `*Next:* ${escaped(next)}`,
    `*Runbook:* ${escaped(runbook)}`,
  ].join('\n');
}

/** Slack's own three; with them a name cannot become a mention or a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
