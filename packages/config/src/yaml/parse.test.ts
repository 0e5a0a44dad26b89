import { expect, test } from 'vitest';
import { decode } from './decode.js';
import { Dict, nodeAt, Scalar } from './node.js';
import { parseYaml } from './parse.js';

const textAt = (source: string, ...path: (string | number)[]) => {
  const node = nodeAt(parseYaml(source).tree, path);
  return node instanceof Scalar ? node.text : node;
};

test('a node knows its line and column', () => {
  const { tree } = parseYaml('a: 1\nb:\n  - x\n  - { c: d }\n');
  expect(nodeAt(tree, ['b', 1, 'c'])?.origin).toEqual({ line: 4, column: 10 });
});

test('an alias is the node of its anchor', () => {
  expect(textAt('a: &x { y: 1 }\nb: *x\n', 'b', 'y')).toBe('1');
  expect(textAt('a: &x 1\nb: &x 2\nc: *x\n', 'c')).toBe('2');
});

test.each([
  ['a: 1\n\tb: 2\n', 2, 1, /Tabs/],
  ['a: b: c\n', 1, 4, /Nested mappings/],
  ['a: "x\n', 2, 1, /Missing closing "quote$/],
  ['a: *nowhere\n', 1, 4, /\*nowhere names no anchor/],
  ['a: {<<: x}\n', 1, 5, /`<<` takes a map/],
  ['a: 1\nb: "\u0007"\n', 2, 5, /control character/],
  ['%YAML 1.2\n---\na: 1\n', 1, 1, /YAML 1\.1 only/],
])('%j is refused at its place', (source, line, column, message) => {
  const { tree, errors } = parseYaml(source);
  expect(tree).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors[0]).toEqual({ message: expect.stringMatching(message), origin: { line, column } });
});

test('a complaint about the syntax does not quote the file', () => {
  for (const source of [
    'a: [sekret\nb: }\n',
    'a: "sekret\n',
    '- a\n}sekret\n',
    'a: |sekret\n',
    'a: "\\sekret"\n',
  ]) {
    const { errors } = parseYaml(source);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).not.toContain('sekret');
  }
});

test('an anchor inside of itself is broken there, and nowhere else', () => {
  const { tree } = parseYaml('a: &x [*x]\nb: 1\n');
  expect(nodeAt(tree, ['a', 0])).toMatchObject({ why: expect.stringContaining('itself') });
  expect(nodeAt(tree, ['b'])).toBeInstanceOf(Scalar);
});

test('aliases of aliases do not grow', () => {
  const lines = Array.from({ length: 40 }, (_, level) => {
    const below = `*a${level - 1}`;
    return `a${level}: &a${level} ${level === 0 ? 'x' : `[${below}, ${below}, ${below}, ${below}]`}`;
  });
  expect(parseYaml(lines.join('\n')).tree).toBeInstanceOf(Dict);
});

test('brackets without end are an error, not a crash', () => {
  const { tree, errors } = parseYaml('['.repeat(20_000));
  expect(tree).toBeUndefined();
  expect(errors).toHaveLength(1);
});

test('UTF-8 and UTF-16 with a byte order mark are text', () => {
  const text = 'name: é';
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const bytes of [Buffer.from(`\ufeff${text}`), utf16, Buffer.from(utf16).swap16()]) {
    const decoded = decode(bytes);
    expect('text' in decoded && textAt(decoded.text, 'name')).toBe('é');
  }
});

test('other bytes are refused with their line', () => {
  expect(decode(Buffer.from([0x61, 0x0a, 0x62, 0x0a, 0xff, 0x0a]))).toEqual({
    message: expect.stringContaining('not UTF-8'),
    origin: { line: 3, column: 1 },
  });
});
