/**
 * A message of Discord's webhooks: one embed, and no mention of anyone.
 * Source: https://discord.com/developers/docs/resources/webhook#execute-webhook; limits: alertmanager
 * `notify/discord/discord.go`.
 */
import { chat, SIGNS } from '../chat.js';
import { markdown } from '../text.js';

/** Of the bar beside an embed. */
const COLORS = { event: 0x2f6feb, firing: 0xd1242f, resolved: 0x1a7f37 } as const;

/** The format `discord`. */
export const discord = chat({
  name: 'discord',
  summary: 'a message for Discord',
  body: ({ state, heading, text, fields, link }) => ({
    embeds: [
      {
        title: `${SIGNS[state]} ${heading}`,
        description: [
          markdown(text),
          ...fields.map(([label, value]) => `**${label}:** ${markdown(value)}`),
        ].join('\n'),
        color: COLORS[state],
        ...(link && { url: link }),
      },
    ],
    allowed_mentions: { parse: [] },
  }),
});
