import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { plainText } from '../testing/markdown.js';
import { mattermost } from './index.js';

describeChat({
  format: mattermost,
  here: import.meta.url,
  shown(body) {
    const { text } = z.strictObject({ text: z.string().max(16_383) }).parse(body);
    return plainText(text);
  },
});
