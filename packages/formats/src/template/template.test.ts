import { Secret } from '@longshore/settings/secrets';
import type { Tree } from '@longshore/settings/tree';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOSTILE } from '../testing/contract.js';
import { anEvent } from '../testing/inputs.js';
import { compileTemplate, TemplateFault, type TemplateParts } from './compile.js';

const URL = 'https://receiver.example/hook';

const template = (parts: Partial<TemplateParts>) => {
  const compiled = compileTemplate({ url: URL, headers: {}, ...parts });
  expect(compiled.problems).toEqual([]);
  return compiled;
};
const rendered = (parts: Partial<TemplateParts>, event = anEvent(), host?: string) =>
  template(parts).render(event, host) ?? expect.unreachable('nothing is rendered');
const json = (body: Tree, event = anEvent()): unknown =>
  JSON.parse(rendered({ body }, event).body.toString());
const text = (body: string, event = anEvent()) => rendered({ body }, event).body.toString();
const withTag = (tag: string) => anEvent({ target: { tag } });

describe('a body of any form', () => {
  test('has the values of its expressions, with their types where they stand alone', () => {
    const body = {
      text: '{{ actor }} pushed {{ image }}:{{ tag }}',
      size: '{{ size }}',
      spaced: ' {{ size }}',
      bigger: '{{ size | plus: 1 }}',
      whole: '{{ event.target }}',
      list: ['{{ tag }}', 1, { deep: '{{ action }}' }],
      ...{ number: 5, yes: true, nothing: null, plain: 'as it is' },
    };
    expect(json(body)).toEqual({
      text: 'alice pushed registry.example.com/team/app:1.4.2',
      ...{ size: 525, spaced: ' 525', bigger: 526 },
      whole: expect.objectContaining({ repository: 'team/app', size: 525 }),
      list: ['1.4.2', 1, { deep: 'push' }],
      ...{ number: 5, yes: true, nothing: null, plain: 'as it is' },
    });
  });

  test('leaves out what is not known', () => {
    const event = anEvent({ target: { tag: undefined, digest: undefined }, actor: undefined });
    const body = {
      tag: '{{ tag }}',
      list: ['{{ digest }}', 'x'],
      said: 'by {{ actor }}',
      deep: ['{{ event.no.way }}'],
    };
    expect(json(body, event)).toEqual({ list: ['x'], said: 'by ', deep: [] });
  });

  test('has secrets as they are, without reading them as templates', () => {
    const body = { key: new Secret('env:KEY', { KEY: '{{ tag }}"' }), tag: '{{ tag }}' };
    expect(json(body)).toEqual({ key: '{{ tag }}"', tag: '1.4.2' });
    expect(template({ body }).secrets).toEqual(['{{ tag }}"']);
  });

  test('is not broken by text from outside, which is never a template itself', () => {
    const parts = template({ body: { tag: '{{ tag }}', said: 'is {{ tag }}!' } });
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.constantFrom(...HOSTILE, '{{ actor }}', '{% raw %}', '}}', '__proto__'),
    );
    fc.assert(
      fc.property(hostile, (tag) => {
        const body = parts.render(withTag(tag))?.body.toString() ?? '';
        expect(JSON.parse(body)).toEqual({ tag, said: `is ${tag}!` });
      }),
      { numRuns: 500 },
    );
  });

  test('is the same for the same event', () => {
    const parts = template({ body: { ref: '{{ ref }}' } });
    expect(parts.render(anEvent())?.body).toEqual(parts.render(anEvent())?.body);
    expect(parts.render(anEvent(), 'other:5000')?.body.toString()).toBe(
      '{"ref":"other:5000/team/app:1.4.2"}',
    );
  });

  test('an event that cannot be read gives no request', () => {
    expect(
      template({ body: {} }).render({ ...anEvent(), view: { action: '' }, payload: {} }),
    ).toBeUndefined();
  });
});

test.each([
  [{ a: 1 }, 'application/json', undefined],
  [['a'], 'application/json', undefined],
  ['text', 'text/plain; charset=utf-8', undefined],
  ['text', 'application/xml', 'application/xml'],
  [undefined, '', undefined],
] as const)('the media type of %j is %j', (body, type, contenttype) => {
  expect(template({ body: body as Tree, contenttype }).contentType).toBe(type);
});

test('one text is sent as text, and without a body nothing is', () => {
  expect(text('{{ tag }}')).toBe('1.4.2');
  expect(text('<p>{{ tag | escape }}</p>', withTag('<b>'))).toBe('<p>&lt;b&gt;</p>');
  expect(rendered({}).body).toHaveLength(0);
});

test.each([
  ['{{ nothing_such | json }}', 'x', undefined],
  ['{{ event.no | json }}', 'x', 'null'],
  ['{{ tag | json }}', 'a"b', '"a\\"b"'],
  ['{{ tag | slack }}', '<!channel>&', '&lt;!channel&gt;&amp;'],
  ['{{ tag | markdown }}', '*b*', '\\*b\\*'],
  ['{{ tag | discord }}', '@everyone', '@\u200beveryone'],
  ['{{ digest | short }}', 'x', '5891b5b522d5'],
  ['{{ tag | clip: 3 }}', 'abcdef', 'ab…'],
  ['{% if tag | semver: ">=1.2" %}new{% endif %}', '1.10.0', 'new'],
  ['{{ tag | semver: ">=1.2" }}', 'latest', 'false'],
])('%s of a tag %j is %j', (body, tag, expected) => {
  if (expected === undefined)
    expect(compileTemplate({ url: URL, headers: {}, body }).problems).toHaveLength(1);
  else expect(text(body, withTag(tag))).toBe(expected);
});

describe('a url', () => {
  test('has its expressions percent-encoded, whether that is written or not', () => {
    const url = `${URL}/{{ name }}?image={{ image | url_encode }}&tag={{ tag }}`;
    const { path } = rendered({ url }, withTag('a&b=c/../#é'));
    expect(path).toBe('/hook/app?image=registry.example.com%2Fteam%2Fapp&tag=a%26b%3Dc%2F..%2F%23%C3%A9');
    expect(template({ url }).url).toBe(`${URL}/*?image=*&tag=*`);
    expect(rendered({})).not.toHaveProperty('path');
  });

  test.each(['.', '..'])('whose path a value of %j would change gives no request', (tag) => {
    const parts = template({ url: `${URL}/{{ tag }}/x` });
    expect(() => parts.render(withTag(tag))).toThrow(TemplateFault);
    expect(parts.render(withTag('...'))?.path).toBe('/hook/.../x');
  });
});

test('headers have expressions too, and a line break in one gives no request', () => {
  const headers = { 'X-Ref': ['{{ ref }}'], Authorization: ['Bearer abc'] };
  const parts = template({ headers });
  expect(parts.render(anEvent())?.headers).toEqual({ 'X-Ref': 'registry.example.com/team/app:1.4.2' });
  expect(parts.headers).toEqual({ Authorization: ['Bearer abc'] });
  expect(() => parts.render(withTag('a\r\nX-Evil: 1'))).toThrow('headers.X-Ref');
});

test.each<[string, Partial<TemplateParts>, (string | number)[], RegExp]>([
  [
    'a name that does not exist',
    { body: { a: ['{{ tga }}'] } },
    ['body', 'a', 0],
    /tga is not known.*tag, digest/,
  ],
  ['a filter that does not exist', { body: '{{ tag | shout }}' }, ['body'], /undefined filter: shout/],
  ['an expression without an end', { body: { a: '{{ tag' } }, ['body', 'a'], /not closed/],
  ['a file', { body: { a: '{% include "/etc/passwd" %}' } }, ['body', 'a'], /include/],
  ['a host from the event', { url: 'https://{{ registry }}/x' }, ['url'], /must not choose where it is sent/],
  ['a port from the event', { url: 'https://a:{{ size }}/x' }, ['url'], /must not choose/],
  ['two values', { headers: { A: ['{{ tag }}', 'b'] } }, ['headers', 'A'], /takes one value/],
])('%s is a problem with its place', (_, parts, path, why) => {
  const { problems } = compileTemplate({ url: URL, headers: {}, ...parts });
  expect(problems).toEqual([{ path, why: expect.stringMatching(why) }]);
});

const LOOP =
  '{% for a in (1..900) %}{% for b in (1..900) %}{% for c in (1..900) %}{% endfor %}{% endfor %}{% endfor %}';

test.each([
  ['loops in loops', LOOP, /limit exceeded/],
  ['a long range', '{% for a in (1..100000000) %}x{% endfor %}', /limit exceeded/],
  [
    'a text that doubles',
    `{% assign a = "${'x'.repeat(999)}" %}${'{% assign a = a | append: a %}'.repeat(20)}{{ a }}`,
    /limit exceeded/,
  ],
])('%s end as a fault', (_, body, why) => {
  const render = () => template({ body }).render(anEvent());
  expect(render).toThrow(why);
  expect(render).toThrow(TemplateFault);
});

test('a body that is too large is a fault', () => {
  const event = anEvent({ actor: 'x'.repeat(400_000) });
  const parts = template({ body: { a: '{{ actor }}', b: '{{ actor }}', c: '{{ actor }}' } });
  expect(() => parts.render(event)).toThrow('more than 1048576 bytes');
});

test('nothing of a value is seen but its own members', () => {
  const body = [
    '{{ event.constructor }}',
    '{{ event.__proto__ }}',
    '{{ tag.constructor }}',
    '{{ event.toString }}',
  ];
  expect(json(body)).toEqual([]);
});
