import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { plainText } from '../testing/markdown.js';
import { discord } from './index.js';

describeChat({
  format: discord,
  here: import.meta.url,
  shown(body) {
    const [embed] = message.parse(body).embeds;
    return plainText(embed.description);
  },
});

/** Limits of the documentation. */
const message = z.strictObject({
  embeds: z.tuple([
    z.strictObject({
      title: z.string().max(256),
      description: z.string().max(4_096),
      color: z.number(),
      url: z.url().optional(),
    }),
  ]),
  allowed_mentions: z.strictObject({ parse: z.tuple([]) }),
});
