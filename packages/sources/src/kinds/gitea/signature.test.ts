import { expect, test } from 'vitest';
import { createSources } from '../../sources.js';
import { readSamples } from '../../testing/samples.js';
import { github } from '../github/index.js';
import { gitea } from './index.js';

const samples = readSamples(new URL('./samples/', import.meta.url));
const [sample] = samples.filter(({ name }) => name === 'gitea-created');
if (!sample) throw new Error('the sample is missing');
const { request } = sample;
const kinds = [gitea, github];

test('a signature that is there and empty, as without a secret, is none', async () => {
  const auth = { hmac: { secrets: ['gitea-secret'] } };
  const sources = createSources({ sources: [{ name: 'forge', kind: 'gitea', auth }] }, kinds);
  const empty = { 'x-gitea-signature': '', 'x-hub-signature-256': 'sha256=' };
  const open = (headers: object) =>
    sources.open({ ...request, path: '/sources/forge', headers: { ...request.headers, ...headers } });
  await expect(open({})).resolves.toMatchObject({ source: 'forge' });
  await expect(open(empty)).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
  // GitHub's header beside it is signed with the same secret; that one stands for GitHub alone.
  await expect(open({ 'x-gitea-signature': '' })).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
});

test('Gitea’s request, which has GitHub’s headers too, is Gitea’s', async () => {
  const sources = createSources({ sources: [] }, kinds);
  await expect(sources.open(request)).resolves.toMatchObject({ kind: 'gitea' });
});
