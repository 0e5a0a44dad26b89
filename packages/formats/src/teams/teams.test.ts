import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { plainText } from '../testing/markdown.js';
import { teams } from './index.js';

describeChat({
  format: teams,
  here: import.meta.url,
  shown(body) {
    const [{ content }] = message.parse(body).attachments;
    return content.body.flatMap(({ text }) => plainText(text));
  },
});

const block = z.object({ type: z.literal('TextBlock'), text: z.string(), wrap: z.literal(true) });
/** Without `attachments` the workflow fails after it has answered 202. */
const message = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.looseObject({
        type: z.literal('AdaptiveCard'),
        version: z.literal('1.2'),
        body: z.array(block),
      }),
    }),
  ]),
});
