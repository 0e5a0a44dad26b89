/** Endpoints of kind copy: what is read, and what is refused. */
import { expect, test } from 'vitest';
import { describe as describeConfig } from './describe.js';
import { configFrom } from './read.js';

const withCopy = (settings: string) =>
  configFrom(
    Buffer.from(`notifications: { endpoints: [{ name: follow, kind: copy, copy: { ${settings} } }] }`),
    {},
  );
const said = (settings: string) =>
  withCopy(settings).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);
const REGISTRY = 'registry: { url: https://one.example.com, auth: { basic: { puller: s3cret } } }';
const TARGET = 'target: { url: https://two.example.com, auth: { bearer: t0ken }, prefix: mirror/ }';

test('the defaults are those of the contract', () => {
  const { config, problems } = withCopy(`${REGISTRY}, ${TARGET}`);
  expect(problems).toEqual([]);
  const [endpoint] = config?.notifications.endpoints ?? [];
  expect(endpoint).toMatchObject({
    accept: ['event'],
    chain: false,
    only: { actions: ['push'], repositories: [], tags: [], untagged: true },
    copy: { referrers: true, deletes: false, delay: 0, platforms: [], artifacts: ['*'], keep: 50 },
  });
  const { text, data } = config ? describeConfig(config) : { text: '', data: '' };
  expect(text).toContain(
    'copies images from https://one.example.com/ to https://two.example.com/ below mirror/',
  );
  expect(text + JSON.stringify(data)).not.toMatch(/s3cret|t0ken/);
});

test('deletes are taken only when they are wanted, and what has no tag only with referrers or deletes', () => {
  const onlyOf = (more: string) => {
    const [endpoint] = withCopy(`${REGISTRY}, ${TARGET}, ${more}`).config?.notifications.endpoints ?? [];
    return endpoint?.kind === 'copy' ? endpoint.only : undefined;
  };
  expect(onlyOf('referrers: false')).toMatchObject({ actions: ['push'], untagged: false });
  expect(onlyOf('deletes: true')).toMatchObject({ actions: ['push', 'delete'], untagged: true });
});

test.each([
  [TARGET, /error .*copy\.registry: /],
  [REGISTRY, /error .*copy\.target: /],
  [`${REGISTRY}, target: { url: https://one.example.com }`, /every image would be copied onto itself/],
  [
    `${REGISTRY}, target: { url: https://one.example.com, prefix: mirror/ }, chain: true`,
    /every copy would be copied again and again/,
  ],
  [`${REGISTRY}, target: { url: https://two.example.com, prefix: /mirror }`, /prefix: .*begin the name/],
  [
    `registry: { url: https://one.example.com, auth: { bearer: a, identity: b } }, ${TARGET}`,
    /several methods/,
  ],
  [`${REGISTRY}, ${TARGET}, platforms: [linux/amd64]`, /^warning .*changes the digest/],
])('%s is refused or warned of', (settings, expected) => {
  expect(said(settings).join('\n')).toMatch(expected);
});
