import { expect, test } from 'vitest';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf } from '../testing/deliveries.js';

const HALF = 'a\ud800';

test('half a character in a name or in a reference costs no event', async () => {
  const archive = await testArchive();
  const events = [
    delivery({ actor: HALF, tag: HALF, agent: HALF, repository: HALF, digest: digestOf('1') }),
    delivery({
      digest: digestOf('2'),
      references: [
        {
          mediaType: HALF,
          digest: digestOf('3'),
          size: 1,
          platform: { os: `${'a'.repeat(99)}😀`, architecture: HALF },
        },
      ],
    }),
  ];
  expect(await writerOf(archive).write(events, unaborted())).toEqual(['stored', 'stored']);
});
