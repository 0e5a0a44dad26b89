/** Text for people: cut, and without markup of its own. */

/** The first `length` characters, with `…` when there are more; never half of a surrogate pair. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.codePointAt(length - 2) ?? 0;
  return `${text.slice(0, last > 0xffff ? length - 2 : length - 1)}…`;
}

/** For chats that read Markdown: every character that could be markup is escaped, and a mention is broken.
 * Only what every reader takes for an escape: Mattermost would show the backslash in front of others. */
export const markdown = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]()#+!|~>]/g, String.raw`\$&`).replaceAll('@', '@\u200b');
