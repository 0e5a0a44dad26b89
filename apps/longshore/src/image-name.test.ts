import { expect, test } from 'vitest';
import { parseImageName } from './image-name.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test.each([
  ['team/api:1.0', { repository: 'team/api', tag: '1.0' }],
  ['api', { repository: 'api', tag: 'latest' }],
  ['registry.example.com/team/api', { host: 'registry.example.com', repository: 'team/api', tag: 'latest' }],
  ['localhost/api:1', { host: 'localhost', repository: 'api', tag: '1' }],
  ['127.0.0.1:5000/a/b/c:1', { host: '127.0.0.1:5000', repository: 'a/b/c', tag: '1' }],
  ['mirror:5000/api', { host: 'mirror:5000', repository: 'api', tag: 'latest' }],
  [`team/api@${DIGEST}`, { repository: 'team/api', digest: DIGEST }],
  [`r.io/team/api:1@${DIGEST}`, { host: 'r.io', repository: 'team/api', tag: '1', digest: DIGEST }],
])('%s', (text, name) => {
  expect(parseImageName(text)).toEqual(name);
});

test.each(['', 'Team/api', 'team//api', 'api:', 'api@sha256:1', 'https://r.io/api', 'a b'])(
  '%j is no name of an image',
  (text) => {
    expect(parseImageName(text)).toBeUndefined();
  },
);
