/** The place of a fault, by hand and against the JSON parser itself. */
import { describe, expect, test } from 'vitest';
import { faultIn, jsonFault, lineAndColumn } from './fault.js';

const at = (text: string): number => text.replace('¦', '').length && text.indexOf('¦');

describe('the first character that is not JSON', () => {
  test.each([
    '{ "no": ¦json',
    '{"a": 1,¦}',
    '{"a" ¦1}',
    '[1, 2 ¦3]',
    '{"a": [1, {"b": ¦}]}',
    '{"a": "x¦',
    '{"a": 1¦',
    '¦hello',
    '{"a": 0¦1}',
    '{"a": tru¦e'.replace('tru¦e', '¦tru'),
    '{} ¦{}',
    '{¦a: 1}',
    '[¦,]',
    '[1,¦]',
    '{"a": ¦"line\nbreak"}',
  ])('%s', (marked) => {
    const text = marked.replace('¦', '');
    const fault = jsonFault(text);
    // An end that is missing is behind the last character, also inside of a text.
    expect([at(marked), marked.lastIndexOf('"')]).toContain(fault);
    expect(() => JSON.parse(text)).toThrow();
  });

  test.each(['{}', '[]', ' [1, -2.5e+3, "\\u00e9\\n", null, {"a": {"b": []}}] ', '"text"', '0', '\ufeff{}'])(
    'there is none in %s',
    (text) => expect(jsonFault(text)).toBeUndefined(),
  );

  test('a body of a megabyte of brackets is no trouble', () => {
    expect(jsonFault('['.repeat(1_000_000))).toBe(1_000_000);
    expect(jsonFault('"'.padEnd(1_000_000, '\\'))).toBe(0);
  });
});

test('a field that the reason names is marked where the body is JSON', () => {
  const body = '{"event_data": {"resources": []}, "type": "PUSH_ARTIFACT"}';
  expect(faultIn(body, 'event_data.resources is empty')).toEqual({ from: 1, to: 13 });
  expect(faultIn(body, 'the repository is missing')).toBeUndefined();
  expect(lineAndColumn('{\n  "a": x', 9)).toEqual({ line: 2, column: 8 });
});
