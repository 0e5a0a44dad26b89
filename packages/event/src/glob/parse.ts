/**
 * A glob read into parts. `*` and `?` match within a segment, `**` as a whole segment crosses slashes, `[…]` is one
 * character of a class, `{a,b}` one of several alternatives, and `\` takes the next character as it is. Whatever is
 * not balanced stands for itself. Case counts, and a leading dot is a character like any other.
 *
 * The rules are those of picomatch 4 with `dot: true`, which earlier versions used, for the syntax above. So `**`
 * beside other characters of its segment is a `*`; `a/**` matches `a`; `**` within braces is matched as it stands.
 */

/** One character, by its UTF-16 code. */
export type Accepts = (code: number) => boolean;

/** A part of a glob. */
export type Part =
  | { kind: 'char'; code: number }
  | { kind: 'class'; accepts: Accepts }
  /** Any character, a slash if `slashes`; with `many` none, one or more of them. */
  | { kind: 'any'; slashes: boolean; many: boolean }
  | { kind: 'either'; options: Part[][] };

/** A glob that is not supported. The message says what to write instead. */
export class GlobError extends Error {}

/** The code of a slash. */
export const SLASH = 0x2f;

const SEPARATOR: Part = { kind: 'char', code: SLASH };
const QUESTION_MARK: Part = { kind: 'any', slashes: false, many: false };
const STAR: Part = { kind: 'any', slashes: false, many: true };
const GLOBSTAR: Part = { kind: 'any', slashes: true, many: true };

/** @throws GlobError for a class that is none, such as `[z-a]`, and for a range of numbers */
export function parseGlob(glob: string): Part[] {
  const reader = new Reader(glob);
  return reader.sequence(glob.length);
}

class Reader {
  #at = 0;
  readonly #braces: ReadonlyMap<number, Brace>;
  /** Places of `{`, `,` and `}` that belong to a pair of braces. */
  readonly #marks: ReadonlySet<number>;

  constructor(private readonly glob: string) {
    const { braces, marks } = findBraces(glob);
    this.#braces = braces;
    this.#marks = marks;
  }

  sequence(end: number): Part[] {
    const parts: Part[] = [];
    while (this.#at < end) parts.push(...this.#next());
    return parts;
  }

  #next(): Part[] {
    const { glob } = this;
    const char = glob[this.#at];
    if (char === '/' && this.#isGlobstar(this.#at + 1)) return this.#slashGlobstar();
    if (char === '*') return this.#stars();
    const brace = this.#braces.get(this.#at);
    if (brace) return [this.#brace(brace)];
    const close = char === '[' ? endOfClass(glob, this.#at) : undefined;
    if (close !== undefined) {
      const accepts = classOf(glob.slice(this.#at + 1, close));
      this.#at = close + 1;
      return [{ kind: 'class', accepts }];
    }
    if (char === '\\' && this.#at + 1 < glob.length) this.#at += 1;
    const code = glob.charCodeAt(this.#at++);
    return [char === '?' ? QUESTION_MARK : { kind: 'char', code }];
  }

  #stars(): Part[] {
    const start = this.#at;
    const isGlobstar = this.#isGlobstar(start);
    this.#at = afterStars(this.glob, start);
    if (!isGlobstar) return [STAR];
    if (start > 0) return [GLOBSTAR];
    this.#skipRepeated();
    if (this.glob[this.#at] !== '/') return [GLOBSTAR];
    this.#at += 1;
    return [{ kind: 'either', options: [[], [SEPARATOR], [GLOBSTAR, SEPARATOR]] }];
  }

  /** `/**`: at the end it matches nothing as well, and `/**` with a slash behind it a single slash. */
  #slashGlobstar(): Part[] {
    const start = this.#at;
    this.#at += 3;
    if (start === 0) return [SEPARATOR, GLOBSTAR];
    const followsStar = this.glob[start - 1] === '*' && this.glob[start - 2] !== '\\';
    this.#skipRepeated();
    if (this.#at === this.glob.length) {
      return followsStar ? [SEPARATOR, GLOBSTAR] : [{ kind: 'either', options: [[], [SEPARATOR, GLOBSTAR]] }];
    }
    if (this.glob[this.#at] !== '/') return [SEPARATOR, GLOBSTAR];
    this.#at += 1;
    return [{ kind: 'either', options: [[SEPARATOR], [SEPARATOR, GLOBSTAR, SEPARATOR]] }];
  }

  /** Of `**` and more `/**` behind it, one counts. */
  #skipRepeated(): void {
    const { glob } = this;
    while (glob.startsWith('/**', this.#at) && (glob[this.#at + 3] ?? '/') === '/') this.#at += 3;
  }

  /** Are there two stars here, and nothing else between slashes, braces, commas and the ends? */
  #isGlobstar(at: number): boolean {
    const { glob } = this;
    if (glob[at] !== '*' || afterStars(glob, at) - at !== 2) return false;
    if (at === 0 && /^\.\w+$/.test(glob.slice(2))) return true; // `**.ext`
    const opens = at === 0 || glob[at - 1] === '/' || (this.#marks.has(at - 1) && glob[at - 1] !== '}');
    return opens && (at + 2 === glob.length || glob[at + 2] === '/' || this.#marks.has(at + 2));
  }

  #brace({ end, commas }: Brace): Part {
    const start = this.#at;
    if (commas.length === 0) {
      this.#at = end + 1;
      return { kind: 'class', accepts: rangeOf(this.glob.slice(start + 1, end)) };
    }
    const options = [...commas, end].map((stop) => {
      this.#at += 1;
      return this.sequence(stop);
    });
    this.#at = end + 1;
    return { kind: 'either', options };
  }
}

interface Brace {
  end: number;
  /** Empty for a range, `{a..c}`. */
  commas: number[];
}

/** The braces that hold alternatives or a range, by where they open. */
function findBraces(glob: string): { braces: Map<number, Brace>; marks: Set<number> } {
  const braces = new Map<number, Brace>();
  const open: { start: number; commas: number[] }[] = [];
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob[at];
    if (char === '\\') at += 1;
    else if (char === '[') at = endOfClass(glob, at) ?? at;
    else if (char === '{') open.push({ start: at, commas: [] });
    else if (char === ',') open.at(-1)?.commas.push(at);
    else if (char === '}') {
      const brace = open.pop();
      if (!brace) continue;
      const isPair = brace.commas.length > 0 || isRange(glob.slice(brace.start + 1, at));
      if (isPair) braces.set(brace.start, { end: at, commas: brace.commas });
    }
  }
  const marks = [...braces].flatMap(([start, { end, commas }]) => [start, end, ...commas]);
  return { braces, marks: new Set(marks) };
}

/** `a..c`, what is between braces. */
function isRange(content: string): boolean {
  return /^[^{},/]+$/.test(content) && content.indexOf('..') > 0 && !content.endsWith('.');
}

function afterStars(glob: string, start: number): number {
  let at = start;
  while (glob[at] === '*') at += 1;
  return at;
}

/** Where a class that opens here is closed; undefined when it is not. A `]` at its beginning is one of its characters. */
function endOfClass(glob: string, start: number): number | undefined {
  let at = start + (glob[start + 1] === '^' ? 2 : 1);
  if (glob[at] === ']') at += 1;
  for (; at < glob.length; at += 1) {
    if (glob[at] === '\\') at += 1;
    else if (glob.startsWith('[:', at) && POSIX.has(posixAt(glob, at))) at += posixAt(glob, at).length + 3;
    else if (glob[at] === ']') return at;
  }
  return undefined;
}

/** Names of classes within a class: `[[:digit:]]`. */
const POSIX: ReadonlyMap<string, string> = new Map([
  ['alnum', 'a-zA-Z0-9'],
  ['alpha', 'a-zA-Z'],
  ['digit', '0-9'],
  ['lower', 'a-z'],
  ['upper', 'A-Z'],
  ['word', '\\w'],
  ['xdigit', 'A-Fa-f0-9'],
]);

function posixAt(glob: string, start: number): string {
  const end = glob.indexOf(':]', start + 2);
  return end < 0 ? '' : glob.slice(start + 2, end);
}

/** An expression for one character decides, so a class means what it means there. */
function classOf(content: string): Accepts {
  const isNegated = content.startsWith('^');
  const listed = (isNegated ? content.slice(1) : content)
    .replace(/\[:([a-z]{1,8}):\]/g, (whole, name: string) => POSIX.get(name) ?? whole)
    .replace(/\\[\s\S]|^\]|\[|-$/g, (found) => (found.length === 2 ? found : `\\${found}`));
  // A class that excludes characters does not cross slashes.
  return accepting(isNegated ? `[^/${listed}]` : `[${listed}]`, `[${content}]`);
}

/** `{a..c}`: as a class. */
function rangeOf(range: string): Accepts {
  const [from = '', to = '', ...more] = range.split('..');
  if (from.length !== 1 || to.length !== 1 || more.length > 0) {
    throw new GlobError(`{${range}} is no range of single characters: write the alternatives out, {a,b,c}`);
  }
  const [first = '', last = ''] = [from, to].sort();
  return (code) => code >= first.charCodeAt(0) && code <= last.charCodeAt(0);
}

function accepting(source: string, written: string): Accepts {
  const expression = expressionOf(source, written);
  const ascii = Array.from({ length: 128 }, (_, code) => expression.test(String.fromCharCode(code)));
  return (code) => ascii[code] ?? expression.test(String.fromCharCode(code));
}

function expressionOf(source: string, written: string): RegExp {
  try {
    return new RegExp(`^${source}$`);
  } catch {
    throw new GlobError(`${written} is no class of characters: its ranges must be in order`);
  }
}
