/**
 * The text without the characters `char` at its end. Instead of an expression such as `/\/+$/`, which looks at each
 * slash of a long run again and takes hours for a megabyte of them.
 */
export function trimEnd(text: string, char: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === char) end -= 1;
  return text.slice(0, end);
}
