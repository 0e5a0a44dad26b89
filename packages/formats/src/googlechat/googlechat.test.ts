import { z } from 'zod';
import { describeChat } from '../testing/chat.js';
import { googlechat } from './index.js';

describeChat({
  format: googlechat,
  here: import.meta.url,
  shown(body) {
    const [{ card }] = message.parse(body).cardsV2;
    const [{ widgets }] = card.sections;
    return widgets.flatMap(({ textParagraph, decoratedText }) => {
      if (textParagraph) return [plain(textParagraph.text)];
      return decoratedText ? [`${decoratedText.topLabel}: ${plain(decoratedText.text)}`] : [];
    });
  },
});

const widget = z.strictObject({
  textParagraph: z.strictObject({ text: z.string() }).optional(),
  decoratedText: z.strictObject({ topLabel: z.string(), text: z.string() }).optional(),
  buttonList: z.object({}).optional(),
});
const section = z.strictObject({ widgets: z.array(widget) });
const card = z.strictObject({ header: z.strictObject({ title: z.string() }), sections: z.tuple([section]) });
const message = z.strictObject({
  cardsV2: z.tuple([z.strictObject({ cardId: z.string(), card })]),
  thread: z.strictObject({ threadKey: z.string() }),
});

function plain(html: string): string {
  if (/[<>]/.test(html)) throw new Error(`markup: ${html}`);
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
