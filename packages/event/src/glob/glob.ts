/**
 * Globs over names of repositories, tags, endpoints and hosts: the one matcher that everything uses. A name or a glob
 * may be somebody else's, so a match takes time linear in both.
 */
import { GlobError, type Part, parseGlob } from './parse.js';
import { compileParts } from './states.js';

type Matches = (name: string) => boolean;

/** Characters of a glob. */
export const MAX_GLOB_LENGTH = 512;
/** Characters of a repository's name, by which registries bound it. A longer name matches no glob. */
export const MAX_NAME_LENGTH = 255;
/** Characters of a tag (distribution-spec 1.1). A longer tag matches no glob. */
export const MAX_TAG_LENGTH = 128;

/** Why a glob cannot be used, in words that follow it and say what to do; undefined when it can. */
export function globFault(glob: string): string | undefined {
  const compiled = compileGlob(glob);
  return typeof compiled === 'string' ? compiled : undefined;
}

/**
 * Does a name match any of these globs? A name that is written like a glob matches it too. A leading `!` turns a match
 * around. An empty glob matches nothing, one with a {@link globFault} only the name that is written like it, and a
 * name of more than `longest` characters matches none.
 */
export function globMatcher(globs: readonly string[], longest: number = MAX_NAME_LENGTH): Matches {
  const given = globs.filter((glob) => glob !== '');
  const names = new Set(given);
  const matchers = given.map(compileGlob).filter((compiled) => typeof compiled !== 'string');
  return (name) => name.length <= longest && (names.has(name) || matchers.some((matches) => matches(name)));
}

/** Or its fault. */
function compileGlob(glob: string): Matches | string {
  try {
    assertSupported(glob);
    const bangs = glob.length - glob.replace(/^!+/, '').length;
    const matches = matcherOf(parseGlob(glob.slice(bangs)));
    return bangs % 2 === 0 ? matches : (name) => !matches(name);
  } catch (error) {
    if (error instanceof GlobError) return error.message;
    throw error;
  }
}

function assertSupported(glob: string): void {
  if (glob.length > MAX_GLOB_LENGTH) {
    const most = `and a glob has ${MAX_GLOB_LENGTH} at most`;
    throw new GlobError(`has ${glob.length} characters, ${most}: write several globs`);
  }
  const unescaped = glob.replace(/\\[\s\S]/g, '');
  if (/[?*+@!]\(/.test(unescaped)) {
    throw new GlobError('has an extended pattern such as @(a|b), which is not supported: write {a,b}');
  }
  if (/\([^()]*\|/.test(unescaped)) {
    throw new GlobError('has a group (a|b), which is not supported: write {a,b}');
  }
}

/** Sequences that alternatives are written out into, at most: `{a,b}/**` has four. */
const MOST_WRITTEN_OUT = 8;

function matcherOf(parts: readonly Part[]): Matches {
  const sequences = writtenOut(parts);
  const [only, ...more] = (sequences ?? [[...parts]]).map(sequenceMatcher);
  if (!only) return () => false;
  return more.length === 0 ? only : (name) => only(name) || more.some((matches) => matches(name));
}

/** Without alternatives; undefined when these are too many to write out. */
function writtenOut(parts: readonly Part[]): Part[][] | undefined {
  let sequences: Part[][] = [[]];
  for (const part of parts) {
    const options = part.kind === 'either' ? part.options.map(writtenOut) : [[[part]]];
    const ends = options.flatMap((option) => option ?? Array<Part[]>(MOST_WRITTEN_OUT + 1).fill([]));
    if (sequences.length * ends.length > MOST_WRITTEN_OUT) return undefined;
    sequences = sequences.flatMap((sequence) => ends.map((end) => [...sequence, ...end]));
  }
  return sequences;
}

/**
 * Most names differ from a glob in its plain characters at the beginning or the end. Where there is one star between
 * these, or nothing, they decide alone.
 */
function sequenceMatcher(parts: readonly Part[]): Matches {
  const begins = plain(parts);
  const rest = parts.slice(begins.length);
  const ends = plain([...rest].reverse())
    .split('')
    .reverse()
    .join('');
  const [middle, ...more] = rest.slice(0, rest.length - ends.length);
  if (!middle) return (name) => name === begins;
  const least = begins.length + ends.length;
  const isAround = (name: string) => name.length >= least && name.startsWith(begins) && name.endsWith(ends);
  if (more.length === 0 && middle.kind === 'any' && middle.many) {
    if (middle.slashes) return isAround;
    return (name) => isAround(name) && !name.slice(begins.length, name.length - ends.length).includes('/');
  }
  const matches = compileParts(parts);
  return (name) => isAround(name) && matches(name);
}

/** The plain characters at the beginning. */
function plain(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) {
    if (part.kind !== 'char') break;
    text += String.fromCharCode(part.code);
  }
  return text;
}
