import { expect, test } from 'vitest';
import { headerIdentity, headerTest, storableHeaders } from './kept.js';

test('a name that ends in an asterisk stands for all headers that begin so', () => {
  const isOne = headerTest(['ce-*', 'x-id']);
  expect(['ce-', 'ce-type', 'x-id'].every(isOne)).toBe(true);
  expect(['ce', 'xce-type', 'x-id2', 'x-', 'ce-*'.slice(1)].some(isOne)).toBe(false);
});

test('the headers of every kind are kept, with those that help an operator, and no others', () => {
  const kept = {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'user-agent': 'Go-http-client/1.1',
    'x-request-id': '7',
    'ce-anything': 'a',
    'aeg-event-type': 'Notification',
    'x-github-event': 'package',
    'x-forgejo-delivery': 'd',
    'x-nexus-webhook-id': 'rm:repository:asset',
    'x-goog-pubsub-publish-time': 't',
  };
  const secrets = ['authorization', 'cookie', 'aeg-sas-key', 'x-jfrog-event-auth', 'x-registry-key'];
  const headers = { ...kept, ...Object.fromEntries(secrets.map((name) => [name, 's3cret'])), ce: 'x' };
  expect(storableHeaders(headers)).toEqual(kept);
  expect(storableHeaders({ 'ce-id': ['a', 'b'], 'ce-type': undefined })).toEqual({ 'ce-id': 'a,b' });
});

test.each([
  [{ 'x-github-event': 'package' }, undefined],
  [{ 'x-github-event': 'package', 'x-github-delivery': 'd' }, '[["x-github-delivery","d"]]'],
  [{ 'ce-source': 's', 'ce-id': '1' }, '[["ce-id","1"],["ce-source","s"]]'],
])('the identity in the headers %j is %s', (headers, identity) => {
  expect(headerIdentity(headers)).toBe(identity);
});
