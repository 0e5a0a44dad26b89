/** Where in a body the fault is that kept it from being read. Pure. */

/** Characters of the body: from, to. */
export interface Place {
  from: number;
  to: number;
}

/**
 * The place of the fault, for the eye: the first character that is not JSON, else the field that the reason names.
 * @param reason as quarantine has it
 * @returns undefined when the reason names no place
 */
export function faultIn(body: string, reason: string): Place | undefined {
  const at = jsonFault(body);
  if (at !== undefined) return { from: at, to: Math.min(body.length, at + 1) };
  return fieldIn(body, reason);
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/sy;
const BYTE_ORDER_MARK = '\ufeff';

/** What may come next. */
type Wanted = 'value' | 'first' | 'key' | 'colon' | 'more';

/** Offset of the first character at which the text is no JSON; its length when the end is missing; undefined for JSON. */
export function jsonFault(text: string): number | undefined {
  const open: string[] = [];
  let wanted: Wanted = 'value';
  let at = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
  for (;;) {
    at = match(SPACE, text, at) ?? at;
    const char = text[at];
    if (wanted === 'more' && open.length === 0) return char === undefined ? undefined : at;
    if (char === undefined) return text.length;
    const closes = (wanted === 'more' || wanted === 'first') && char === open.at(-1);
    if (closes) {
      open.pop();
      wanted = 'more';
      at += 1;
    } else if (wanted === 'colon' || wanted === 'more') {
      if (char !== (wanted === 'colon' ? ':' : ',')) return at;
      wanted = wanted === 'more' && open.at(-1) === '}' ? 'key' : 'value';
      at += 1;
    } else {
      const isKey: boolean = wanted === 'key' || (wanted === 'first' && open.at(-1) === '}');
      if (!isKey && (char === '{' || char === '[')) {
        open.push(char === '{' ? '}' : ']');
        wanted = 'first';
        at += 1;
        continue;
      }
      const end = isKey && char !== '"' ? undefined : match(SCALAR, text, at);
      if (end === undefined || !isScalar(text.slice(at, end))) return at;
      wanted = isKey ? 'colon' : 'more';
      at = end;
    }
  }
}

/** A text may hold what JSON does not allow in one. */
function isScalar(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The end of what matches there; undefined when nothing does. */
function match(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : undefined;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]{2,}/g;

/** The longest word of the reason that is a field of the body. */
function fieldIn(body: string, reason: string): Place | undefined {
  const words = [...new Set(reason.match(WORD))].sort((a, b) => b.length - a.length);
  for (const word of words) {
    const from = body.indexOf(`"${word}"`);
    if (from >= 0 && /^\s*:/.test(body.slice(from + word.length + 2))) {
      return { from, to: from + word.length + 2 };
    }
  }
  return undefined;
}

/** Line and column, both from 1, as editors count. */
export function lineAndColumn(body: string, at: number): { line: number; column: number } {
  const before = body.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
