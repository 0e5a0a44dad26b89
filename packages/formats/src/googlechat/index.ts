/**
 * A card for an incoming webhook of Google Chat. With `messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD` in the
 * URL, messages of one repository are one thread.
 * Source: https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages.
 */
import { chat, SIGNS } from '../chat.js';

/** The format `googlechat`. */
export const googlechat = chat({
  name: 'googlechat',
  summary: 'a card for Google Chat',
  body: ({ state, heading, text, fields, link, thread }) => ({
    cardsV2: [
      {
        cardId: 'longshore',
        card: {
          header: { title: `${SIGNS[state]} ${heading}` },
          sections: [
            {
              widgets: [
                { textParagraph: { text: escaped(text) } },
                ...fields.map(([topLabel, value]) => ({ decoratedText: { topLabel, text: escaped(value) } })),
                ...(link
                  ? [
                      {
                        buttonList: {
                          buttons: [{ text: 'Open in Longshore', onClick: { openLink: { url: link } } }],
                        },
                      },
                    ]
                  : []),
              ],
            },
          ],
        },
      },
    ],
    thread: { threadKey: thread },
  }),
});

/** A card reads a few tags of HTML. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
