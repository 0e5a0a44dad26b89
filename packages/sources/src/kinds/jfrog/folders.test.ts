/** Where the name of the image comes from: from the folders of the path, and `image_name` has the last of them only. */
import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { jfrog } from './index.js';

const HEX = '0af1'.repeat(16);

function targetOf(data: object, type = 'pushed') {
  const body = { domain: 'docker', event_type: type, subscription_key: 'relay', data };
  const raw = {
    method: 'POST',
    path: '/',
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    receivedAt: 0,
  };
  return openWith(jfrog, raw).taken[0]?.event.target;
}

const IMAGE = { repo_key: 'docker-local', image_name: 'api', tag: '1.4.2' };
const target = { repository: 'docker-local/team/tools/api', tag: '1.4.2' };

test.each(['pushed', 'deleted', 'promoted'])('%s: the folders of the image are part of its name', (type) => {
  const path = 'team/tools/api/1.4.2/manifest.json';
  expect(targetOf({ ...IMAGE, path, name: 'manifest.json' }, type)).toEqual(target);
});

test.each([
  [
    'the manifest of an index',
    { path: 'team/tools/api/1.4.2/list.manifest.json', name: 'list.manifest.json' },
  ],
  ['a path without the name of the file', { path: 'team/tools/api/1.4.2/manifest.json' }],
  ['a slash in front', { path: '/team/tools/api/1.4.2/manifest.json', name: 'manifest.json' }],
  ['two slashes', { path: 'team//tools/api/1.4.2/manifest.json', name: 'manifest.json' }],
  ['the folder of the tag', { path: 'team/tools/api/1.4.2', name: '1.4.2' }],
  ['the folder of the tag with a slash behind', { path: 'team/tools/api/1.4.2/' }],
])('%s', (_, place) => {
  expect(targetOf({ ...IMAGE, ...place })).toEqual(target);
});

test.each([`sha256:${HEX}`, `sha256__${HEX}`])('a folder of a digest is no part of the name: %s', (tag) => {
  const path = `team/tools/api/sha256__${HEX}/manifest.json`;
  const expected = { repository: 'docker-local/team/tools/api', digest: `sha256:${HEX}` };
  expect(targetOf({ ...IMAGE, tag, path, name: 'manifest.json' })).toEqual(expected);
  expect(targetOf({ ...IMAGE, tag, path: `team/tools/api/sha256__${HEX}` })).toEqual(expected);
});

test.each([undefined, '', 'manifest.json', '1.4.2/manifest.json'])(
  'image_name stands in for the path %j',
  (path) => {
    expect(targetOf({ ...IMAGE, path, name: 'manifest.json' })?.repository).toBe('docker-local/api');
  },
);

test('two images of one name in different folders are two images', () => {
  const at = (folder: string) => ({
    ...IMAGE,
    path: `${folder}/api/1.4.2/manifest.json`,
    name: 'manifest.json',
  });
  expect(targetOf(at('team-a'))?.repository).not.toBe(targetOf(at('team-b'))?.repository);
});
