import { expect, test } from 'vitest';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf, INDEX, MANIFEST } from '../testing/deliveries.js';
import { createArchiveReader } from './reader.js';

const [INDEX_DIGEST, AMD64, LAYER] = [digestOf('index'), digestOf('amd64'), digestOf('layer')];

test('who pulled an index, and the image of a platform that it lists', async () => {
  const archive = await testArchive();
  const pull = (at: number, digest: string, more: object) =>
    delivery({ at, action: 'pull', digest, actor: 'node', ...more });
  const references = [
    { digest: AMD64, mediaType: MANIFEST },
    { digest: LAYER, mediaType: 'application/vnd.oci.image.layer.v1.tar' },
  ];
  await writerOf(archive).write(
    [
      delivery({ at: 0, tag: '1.0', digest: INDEX_DIGEST, mediaType: INDEX, references }),
      pull(1, INDEX_DIGEST, { mediaType: INDEX, method: 'HEAD' }),
      pull(2, INDEX_DIGEST, { mediaType: INDEX }),
      pull(3, AMD64, {}),
      pull(4, AMD64, { method: 'HEAD' }),
      pull(5, LAYER, { mediaType: 'application/vnd.oci.image.layer.v1.tar' }),
      pull(6, AMD64, { actor: 'by-digest' }),
    ],
    unaborted(),
  );
  const reader = createArchiveReader(archive);
  const counts = async (digest: string) =>
    (await reader.imagePullers(digest)).map(({ actor, pulls, checks, platformPulls }) => [
      ...[actor, pulls, checks, platformPulls],
    ]);
  expect(await counts(INDEX_DIGEST)).toEqual([
    ['by-digest', 0, 0, 1],
    ['node', 1, 1, 1],
  ]);
  expect(await counts(AMD64)).toEqual([
    ['by-digest', 1, 0, 0],
    ['node', 1, 1, 0],
  ]);
});
