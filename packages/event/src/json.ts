/**
 * JSON that others wrote. `JSON.parse` reads any depth, but takes seconds of the event loop for a few megabytes that
 * consist of little but brackets. So each place that reads such JSON bounds the depth first, which costs one look at
 * each character.
 */

/** Levels of objects and lists. What registries, targets and clients send has a dozen at most. */
export const MAX_JSON_DEPTH = 100;

/** @throws SyntaxError for what is no JSON, or is nested deeper than `levels` */
export function parseJson(json: string | Buffer, levels: number = MAX_JSON_DEPTH): unknown {
  if (isDeeperThan(levels, json)) throw new SyntaxError(`nested deeper than ${levels} levels`);
  return JSON.parse(json.toString());
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Is the text, as far as it is JSON, nested deeper than so many levels? Linear, and it stops at the first that is. */
export function isDeeperThan(levels: number, json: string | Buffer): boolean {
  if (json.length <= levels) return false;
  // In UTF-8 a byte of these values is nothing but the character.
  const codeAt = typeof json === 'string' ? (at: number) => json.charCodeAt(at) : (at: number) => json[at];
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = codeAt(at);
    if (code === QUOTE) inString = !inString;
    else if (inString) at += code === BACKSLASH ? 1 : 0;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) depth += 1;
    else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}
