import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globFault, globMatcher, MAX_GLOB_LENGTH, MAX_NAME_LENGTH, MAX_TAG_LENGTH } from './glob.js';

const matches = (glob: string, name: string): boolean => globMatcher([glob])(name);

/** What picomatch 4.0.7 with `dot: true`, which earlier versions used, said of each. */
describe('a glob and a name', () => {
  test.each<[string, string, boolean]>([
    ['sandbox/**', 'sandbox', true],
    ['sandbox/**', 'sandbox/team/api', true],
    ['sandbox/**', 'sandboxes/api', false],
    ['**/api', 'api', true],
    ['**/api', 'a/b/api', true],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/**/b', 'a/b', true],
    ['*/**', 'a', false],
    ['*/**', 'a/b/c', true],
    ['**/*', 'a', true],
    ['a**', 'a/b', false],
    ['a/**b', 'a/x/b', false],
    ['a/***', 'a/b/c', false],
    ['**.io', 'team/registry.io', true],
    ['a/*', 'a/.hidden', true],
    ['**', '.hidden/.api', true],
    ['?', '.', true],
    ['a?c', 'a/c', false],
    ['[ab]', 'b', true],
    ['[^a]', 'b', true],
    ['[^a]', '/', false],
    ['[!a]b', 'ab', true],
    ['[!a]b', 'bb', false],
    ['[a-c]x', 'bx', true],
    ['[a\\-z]', 'b', false],
    ['[]a]', ']', true],
    ['[[:digit:]]', '7', true],
    ['[abc', '[abc', true],
    ['{a,}', 'a', true],
    ['x{a,}', 'x', true],
    ['{,}', 'b', false],
    ['a{b,{c,d}e}f', 'adef', true],
    ['{a}', 'a', false],
    ['{a}', '{a}', true],
    ['{a,b', 'a', false],
    ['a}', 'a}', true],
    ['{a..c}x', 'bx', true],
    ['{a,b}{c,d}', 'bd', true],
    ['{a/b,c}/d', 'a/b/d', true],
    ['{a,b}/**', 'a', true],
    ['{a,b/**}', 'b', false],
    ['{a,b/**}', 'b/c/d', true],
    ['{a,**}/c', 'x/y/c', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['a+b', 'a+b', true],
    ['a.b', 'axb', false],
    ['A', 'a', false],
    ['v?', 'vé', true],
    ['größe/*', 'größe/ß', true],
    ['a(b)', 'a(b)', true],
    ['!prod/**', 'sandbox/api', true],
    ['!prod/**', 'prod/api', false],
    ['!!prod', 'prod', true],
    ['', 'a', false],
  ])('%j and %j: %j', (glob, name, expected) => {
    expect(globFault(glob)).toBeUndefined();
    expect(matches(glob, name)).toBe(expected);
  });
});

/** All that a glob can stand for with its braces written out. */
function writtenOut(glob: string): string[] {
  const [, before = '', inner, after = ''] = /^(.*)\{([^{}]*)\}(.*)$/.exec(glob) ?? [];
  if (inner === undefined) return [glob];
  return inner.split(',').flatMap((option) => writtenOut(before + option + after));
}

/** A segment of a name against one of a glob, by trying every length for every `*`. */
function segmentMatches(glob: string, name: string): boolean {
  if (glob === '') return name === '';
  const [first] = glob;
  if (first === '*')
    return segmentMatches(glob.slice(1), name) || (name !== '' && segmentMatches(glob, name.slice(1)));
  if (name === '') return false;
  const length = first === '[' ? glob.indexOf(']') + 1 : 1;
  const isOne =
    first === '?' ||
    first === name[0] ||
    (first === '[' && glob.slice(1, length - 1).includes(name[0] ?? ''));
  return isOne && segmentMatches(glob.slice(length), name.slice(1));
}

/**
 * Segments of a name against those of a glob, by trying every number of them for every `**`.
 * @param least segments that a `**` at the end stands for
 */
function segmentsMatch([glob, ...globs]: string[], names: string[], least: number): boolean {
  if (glob === undefined) return names.length === 0;
  if (glob === '**') {
    if (globs.length === 0) return names.length >= least;
    return [...names.keys(), names.length].some((at) => segmentsMatch(globs, names.slice(at), least));
  }
  const [first, ...rest] = names;
  return first !== undefined && segmentMatches(glob, first) && segmentsMatch(globs, rest, least);
}

function reference(glob: string, name: string): boolean {
  const once = glob.replaceAll(/(?<=^|\/)\*\*(\/\*\*)+(?=\/|$)/g, '**');
  const least = once.endsWith('*/**') ? 1 : 0; // `a/**` matches `a`, but `*/**` needs the slash
  return writtenOut(once).some((one) => segmentsMatch(one.split('/'), name.split('/'), least));
}

test('a glob matches what a plain recursive search finds', () => {
  const piece = fc.constantFrom('a', 'b', '.', '-', '*', '?', '[ab]', '{a,b}', '{a,}', '{a*,?b,ab}');
  const segment = fc.oneof(
    fc.constant('**'),
    fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(''))
      .filter((text) => !text.includes('**')),
  );
  const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  const word = fc
    .array(fc.constantFrom('a', 'b', '.', '-'), { minLength: 1, maxLength: 4 })
    .map((letters) => letters.join(''));
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('/'));
  fc.assert(
    fc.property(glob, name, (pattern, text) => {
      // no empty segment, and no `**` out of two stars and an empty alternative
      const stars = pattern.split('**').length;
      const isPlain = (one: string) => one.split('**').length === stars && !/^\/|\/\/|\/$|^$/.test(one);
      fc.pre(writtenOut(pattern).every(isPlain));
      expect(matches(pattern, text)).toBe(reference(pattern, text));
    }),
    { numRuns: 5_000 },
  );
});

describe('a glob that is refused says what to write', () => {
  test.each([
    ['+(a)', '{a,b}'],
    ['a@(b|c)', '{a,b}'],
    ['x!(y)', '{a,b}'],
    ['!(y)', '{a,b}'],
    ['(a|b)', '{a,b}'],
    ['[z-a]', 'in order'],
    ['{01..10}', '{a,b,c}'],
    ['a'.repeat(MAX_GLOB_LENGTH + 1), 'write several globs'],
  ])('%s', (glob, words) => {
    expect(globFault(glob)).toContain(words);
    // a name that is written like it excepted: an endpoint may have any name
    expect([glob, 'a', 'b', 'ab'].filter((name) => matches(glob, name))).toEqual(
      glob.length > 255 ? [] : [glob],
    );
  });

  test.each(['a!b', 'a\\+(b)', '{!a,b}', '[+](b)', 'a'.repeat(MAX_GLOB_LENGTH)])('%s is not', (glob) => {
    expect(globFault(glob)).toBeUndefined();
  });
});

test.each([
  ['a name', MAX_NAME_LENGTH],
  ['a tag', MAX_TAG_LENGTH],
])('%s that is too long for a registry matches nothing, itself included', (_, longest) => {
  const long = 'a'.repeat(longest);
  expect(globMatcher(['**', long], longest)(long)).toBe(true);
  expect(globMatcher(['**', `${long}a`], longest)(`${long}a`)).toBe(false);
});

/** CPU time of this process in microseconds, the least of five tries. */
function cpuOf(work: () => void): number {
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...tries);
}

describe('a match takes time linear in the name', () => {
  test.each([
    '*a*a*a*a*a*a*a*b',
    '*?*?*?*?*?*?*?*?*?Z',
    '*.*.*-*',
    '*{a,aa,b}*{a,aa,b}*{a,aa,b}*Z',
    '**/*a/**/*a/**/*a/**/Z',
    `{${'*a,'.repeat(60)}}Z`,
    `${'{*a,'.repeat(60)}${'}'.repeat(60)}Z`,
    '[ab]*[ab]*[ab]*[^ab]',
  ])('%s', (glob) => {
    const matcher = globMatcher([glob], Number.POSITIVE_INFINITY);
    for (const part of ['a', '.', 'a/', 'ab']) {
      const [short, long] = [256, 2_048].map((length) => `${part.repeat(length / part.length)}Y-Z`);
      const repeat =
        (times: number, name = '') =>
        () => {
          for (let n = 0; n < times; n++) matcher(name);
        };
      repeat(20, short)();
      // The same number of characters: about 1 when linear, at least 8 when not.
      expect(cpuOf(repeat(16, short)) * 4 + 2_000).toBeGreaterThan(cpuOf(repeat(2, long)));
    }
  });
});
