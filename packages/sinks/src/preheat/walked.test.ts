import { expect, test } from 'vitest';
import { isWorthAnother, keptWalk, readWalk, writeWalk } from './walked.js';

const left = (mediaType: string | undefined, platform?: { os: string; architecture: string }) => ({
  descriptor: { digest: 'sha256:a', size: 1, ...(mediaType && { mediaType }), ...(platform && { platform }) },
  reason: 'platform' as const,
});

test.each([
  ['application/vnd.oci.image.index.v1+json', 'index'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'index'],
  ['application/vnd.oci.image.manifest.v1+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'layer'],
  [undefined, 'layer'],
])('what is left out of the type %s is shown as %s', (mediaType, role) => {
  const found = {
    root: { digest: 'sha256:r', mediaType: '', size: 1 },
    items: [],
    skipped: [left(mediaType, { os: 'linux', architecture: 's390x' })],
    platforms: [],
    problems: [],
    bytes: 0,
  };
  expect(keptWalk(found).skipped).toEqual([
    { role, digest: 'sha256:a', size: 1, platform: 'linux/s390x', reason: 'platform' },
  ]);
});

test('a walk with problems that may pass is made again by the next attempt, and not by the same', () => {
  const root = { digest: 'sha256:r', mediaType: '', size: 1 };
  const found = { root, items: [], skipped: [], platforms: [], bytes: 0 };
  const keep = (retryable: boolean) => {
    const walk = keptWalk({ ...found, problems: [{ detail: 'answered 500', retryable }] }, 'delivery/1');
    return readWalk(writeWalk(walk, {}), {}) ?? walk;
  };
  expect(isWorthAnother(keep(true), 'delivery/1')).toBe(false);
  expect(isWorthAnother(keep(true), 'delivery/2')).toBe(true);
  expect(isWorthAnother(keep(false), 'delivery/2')).toBe(false);
  expect(isWorthAnother(keptWalk({ ...found, problems: [] }, 'delivery/1'), 'delivery/2')).toBe(false);
});

test('a stored walk is used only as this version wrote it, and for the same policy', () => {
  const walk = keptWalk({
    root: { digest: 'sha256:r', mediaType: '', size: 1 },
    items: [{ role: 'layer', digest: 'sha256:l', size: 1 }],
    skipped: [left(undefined)],
    platforms: ['linux/amd64'],
    problems: [],
    bytes: 1,
  });
  const stored = writeWalk(walk, { a: 1 });
  expect(readWalk(stored, { a: 1 })).toEqual(walk);
  expect(readWalk(stored, { a: 2 })).toBeUndefined();
  const changed = (some: object) => readWalk(JSON.stringify({ ...JSON.parse(stored), ...some }), { a: 1 });
  expect(changed({ v: undefined })).toEqual(walk);
  for (const some of [
    { v: 2 },
    { items: [{ role: 'other', digest: 'a' }] },
    { items: 'none' },
    { platforms: [1] },
  ]) {
    expect(changed(some)).toBeUndefined();
  }
  expect(readWalk('{', { a: 1 })).toBeUndefined();
  expect(readWalk(undefined, { a: 1 })).toBeUndefined();
});
