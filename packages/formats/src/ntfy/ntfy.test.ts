import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { ntfy } from './index.js';

describeChat({
  format: ntfy,
  here: import.meta.url,
  settings: { topic: 'pushes' },
  shown(body) {
    return message.parse(body).message.split('\n');
  },
});

/** `publishMessage` of the server. */
const message = z.strictObject({
  topic: z.literal('pushes'),
  title: z.string().max(250),
  message: z.string().refine((text) => Buffer.byteLength(text) <= 4_096),
  priority: z.number().int().min(1).max(5),
  tags: z.array(z.string()),
  click: z.url().optional(),
});
