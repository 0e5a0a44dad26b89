/** What a reader of Markdown sees of a message, for tests. */

/** Lines without `**`, escapes and the sign in front; throws on markup or a mention that is not one of ours. */
export function plainText(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    if (/^\[Open in Longshore\]\([^()\s]+\)$/.test(line)) return [];
    const [, sign = '', label = '', shown = line] =
      /^(?:([📦🚨✅]) )?\*\*(.*?):\*\* (.*)$/su.exec(line) ?? [];
    const plain = unescaped(shown);
    return label && !sign ? [`${unescaped(label)}: ${plain}`] : [plain];
  });
}

function unescaped(text: string): string {
  if (/@(?!\u200b)/u.test(text)) throw new Error(`a mention: ${text}`);
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (/[\\`*_{}[\]()#+!|~>]/.test(text[at] ?? '')) throw new Error(`markup at ${at}: ${text}`);
    plain += text[at] ?? '';
  }
  return plain.replaceAll('@\u200b', '@');
}
