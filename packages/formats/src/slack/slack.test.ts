import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { slack } from './index.js';

describeChat({
  format: slack,
  here: import.meta.url,
  shown(body) {
    const { text } = z.strictObject({ text: z.string() }).parse(body);
    return text.split('\n').flatMap((line) => {
      const [, link] = /^<([^<>|]+)\|Open in Longshore>$/.exec(line) ?? [];
      if (link) return [];
      if (/[<>]/.test(line)) throw new Error(`a mention or a link: ${line}`);
      const [, label = '', shown = ''] = /^(?::[a-z_]+: )?\*([^*]*:)\* (.*)$/s.exec(line) ?? [];
      const plain = shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
      return line.startsWith(':') ? [plain] : [`${label} ${plain}`];
    });
  },
});
