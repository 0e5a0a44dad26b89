import { describe, expect, test } from 'vitest';
import type { SourceOptions } from '../../options.js';
import { openWith } from '../../testing/contract.js';
import { nexus } from './index.js';

function open(action: string, options: SourceOptions, name = '/v2/team/api/manifests/latest') {
  const asset = { id: 'a', format: 'docker', name };
  const body = { timestamp: '2026-03-14T09:28:27Z', repositoryName: 'docker-hosted', action, asset };
  const raw = {
    method: 'POST',
    path: '/',
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    receivedAt: 0,
  };
  const { taken, note } = openWith(nexus, raw, false, options);
  return taken[0]?.event ?? note;
}

describe('updated', () => {
  test.each([
    [undefined, 'push'],
    ['push', 'push'],
    ['pull', 'pull'],
    ['other', 'rm:repository:asset:UPDATED'],
  ] as const)('%s makes it %s', (updated, action) => {
    expect(open('UPDATED', { updated })).toMatchObject({ action, nativeType: 'rm:repository:asset:UPDATED' });
  });

  test('can be ignored, and then says so', () => {
    expect(open('UPDATED', { updated: 'ignore' })).toBe('an asset was read or changed, not pushed');
  });

  test('does not touch what was created or deleted, and a blob is never pushed twice', () => {
    expect(open('CREATED', { updated: 'ignore' })).toMatchObject({ action: 'push' });
    expect(open('DELETED', { updated: 'other' })).toMatchObject({ action: 'delete' });
    const blob = `/v2/-/blobs/sha256:${'0'.repeat(64)}`;
    expect(open('UPDATED', { updated: 'push' }, blob)).toBe('an asset was read or changed, not pushed');
  });
});

test('Nexus’ own repository stands in front only when that is asked for', () => {
  expect(open('CREATED', {})).toMatchObject({ target: { repository: 'team/api' } });
  expect(open('CREATED', { repositoryprefix: true })).toMatchObject({
    target: { repository: 'docker-hosted/team/api' },
  });
});

test('the host is the one of the options', () => {
  expect(open('CREATED', {})).not.toHaveProperty('request');
  expect(open('CREATED', { host: 'nexus.example.com:8083' })).toMatchObject({
    request: { host: 'nexus.example.com:8083' },
  });
});
