/**
 * An adaptive card for the workflow "post to a channel when a webhook request is received" of Microsoft Teams.
 * Source: alertmanager `notify/msteamsv2/msteamsv2.go`; https://adaptivecards.io/explorer/TextBlock.html.
 */
import { chat, SIGNS } from '../chat.js';
import { markdown } from '../text.js';

const textBlock = (text: string, more: object = {}) => ({
  type: 'TextBlock',
  text,
  wrap: true,
  ...more,
});

/** The format `teams`. */
export const teams = chat({
  name: 'teams',
  summary: 'an adaptive card for a workflow of Microsoft Teams',
  body: ({ state, heading, text, fields, link }) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            textBlock(`${SIGNS[state]} ${markdown(heading)}`, { weight: 'Bolder', size: 'Medium' }),
            textBlock(markdown(text)),
            ...fields.map(([label, value]) => textBlock(`**${label}:** ${markdown(value)}`)),
          ],
          ...(link && { actions: [{ type: 'Action.OpenUrl', title: 'Open in Longshore', url: link }] }),
          msteams: { width: 'full' },
        },
      },
    ],
  }),
});
