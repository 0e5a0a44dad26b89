/** What a template left behind, and what a list made of a comma. */
import { expect, test } from 'vitest';
import { configFrom } from '../read.js';
import { REGISTRY } from '../samples/trap.js';
import { holdsPlaceholder } from './placeholders.js';

const said = (settings: string, head = '') => {
  const text = `${head}notifications:\n  endpoints:\n    - { name: one, ${settings} }\n`;
  return configFrom(Buffer.from(text), {}).problems.map(
    ({ level, path, message }) => `${level} ${path.replace('notifications.endpoints[0].', '')}: ${message}`,
  );
};

test.each([
  '<TOKEN>',
  'Bearer <your token>',
  'Bearer <your token',
  'http://@IP@:5000/',
  '{{ .Values.token }}',
  '__TOKEN__',
  '%TOKEN%',
  'CHANGEME',
  'change-me',
  'Bearer your-token',
  'YOUR_API_KEY',
])('%s is a placeholder', (text) => expect(holdsPlaceholder(text)).toBe(true));

test.each([
  'Bearer abc',
  'a<b',
  '3 < 4 > 2',
  'user@example.com',
  'http://u@host/%2F%2e',
  'https://hooks/%AB%CD%EF',
  'exchange-menu',
  'yourtoken',
  '__',
  'x@y@z',
  'mistletoe',
])('%s is none', (text) => expect(holdsPlaceholder(text)).toBe(false));

const UNFILLED = 'contains a placeholder that was not filled in';

test.each(['', REGISTRY])(
  'a placeholder is a warning where the value can be used, and named where not (%j)',
  (head) => {
    expect(said('url: http://a/, headers: { Authorization: ["Bearer <TOKEN>"] }', head)).toEqual([
      expect.stringContaining(`warning headers.Authorization[0]: ${UNFILLED}`),
    ]);
    expect(said('url: "https://hooks.example.com/<TOKEN>"', head)).toEqual([
      expect.stringContaining(`warning url: ${UNFILLED}`),
    ]);
    for (const url of ['http://@IP@:5000/', 'http://<HOST>:8080/', '<URL>'])
      expect(said(`url: "${url}"`, head)).toEqual([expect.stringContaining(`error url: ${UNFILLED}`)]);
    const waits = said('url: "http://@IP@/", disabled: true', head).filter((line) => line.includes(UNFILLED));
    expect(waits).toEqual([expect.stringContaining('does not matter yet')]);
  },
);

test('two values of Authorization are reported with the comma that made them', () => {
  // From the registry's own documentation.
  expect(
    said('url: http://a/, headers: { Authorization: [Bearer <your token, if needed>] }', REGISTRY),
  ).toEqual([
    expect.stringMatching(/^warning headers\.Authorization: has 2 values.*comma.*quotes/),
    expect.stringContaining(`warning headers.Authorization[0]: ${UNFILLED}`),
  ]);
  expect(said('url: http://a/, headers: { X-Any: [a, b] }')).toEqual([]);
});

test.each(['maxretries', 'queuepurgetimeout', 'queuesizelimit'])(
  'GitLab’s registry reads %s, so it is not called ignored by the registry',
  (key) => {
    const [warning, ...others] = said(`url: http://a/, ${key}: 5`, REGISTRY);
    expect(others).toEqual([]);
    expect(warning).toMatch(new RegExp(`^warning ${key}: "${key}" is read by GitLab’s registry alone`));
    expect(warning).not.toContain('ignored as in the registry');
    expect(said(`url: http://a/, ${key}: 5`)).toEqual([expect.stringMatching(/^error .*GitLab’s registry/)]);
  },
);

test.each([
  ['version: 0.1\nstorage:\n  inmemory: {\n', 'registry'],
  ['"http": { addr: :5000\n', 'registry'],
  ['notifications: {\n', 'longshore'],
])('a file that cannot be parsed is known by its lines: %j', (text, flavor) => {
  expect(configFrom(Buffer.from(text), {})).toMatchObject({ flavor, problems: [{ level: 'error' }] });
});
