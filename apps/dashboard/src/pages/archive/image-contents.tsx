/** What the manifest of a digest refers to, and what refers to it. */
import type { ArchivedImage } from '@longshore/archive/items';
import { formatSize } from '@longshore/event';
import { Heads } from '../parts.js';
import { DigestLink, ImageLinks } from './links.js';

/** Media types that have parts; a blob has none. */
const MANIFEST = /manifest|index/;

function Unknown() {
  return (
    <p class="soft">
      Unknown. Set <code>notifications.events.includereferences: true</code>, so that events name the parts of
      an image.
    </p>
  );
}

/** The two lists; nothing for what is empty. */
export function ImageContents({ image }: { image: ArchivedImage }) {
  const { references, parents, mediaType = '' } = image;
  return (
    <>
      {(references.length > 0 || MANIFEST.test(mediaType)) && <h2>Consists of</h2>}
      {references.length > 0 ? (
        <References references={references} />
      ) : (
        MANIFEST.test(mediaType) && <Unknown />
      )}
      {parents.length > 0 && (
        <>
          <h2>Part of</h2>
          <ul>
            {parents.map(({ digest, repository, source }) => (
              <li key={`${source} ${repository} ${digest}`}>
                <DigestLink digest={digest} /> in <ImageLinks repository={repository} source={source} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function References({ references }: { references: ArchivedImage['references'] }) {
  return (
    <table class="cards">
      <caption class="hidden">Parts</caption>
      <Heads columns={['Digest', 'Media type', 'Platform', { number: 'Size' }]} />
      <tbody>
        {references.map(({ digest, mediaType, platform, size }) => (
          <tr key={digest}>
            <th scope="row">
              <DigestLink digest={digest} />
            </th>
            <td class="break" data-label={mediaType && 'Media type'}>
              {mediaType}
            </td>
            <td data-label={platform && 'Platform'}>{platform}</td>
            <td class="number" data-label={size === undefined ? undefined : 'Size'}>
              {size !== undefined && formatSize(size)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
