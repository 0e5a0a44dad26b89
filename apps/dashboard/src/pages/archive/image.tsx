/** One digest: where it is tagged, who pulled it, what it consists of, and which endpoints were notified. */
import type { ArchivedImage, Coverage, ImagePuller } from '@longshore/archive/items';
import { formatNumber, formatSize, type HistoryAnswer, shortDigest } from '@longshore/event';
import { Ago, At, DescriptionRow, Heads, link } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { ImageContents } from './image-contents.js';
import { ClientLink, Done, EventsLink, Exports, ImageLinks, repositoryPath } from './links.js';
import { Notified } from './notified.js';

/** What the page shows. */
export interface ImageProps {
  image: ArchivedImage;
  pullers: readonly ImagePuller[];
  /** Undefined: the history could not be read. */
  traced?: HistoryAnswer;
  coverage: Coverage;
  now: number;
}

/** The page. */
export function ImagePage({ image, pullers, traced, coverage, now }: ImageProps) {
  const { digest } = image;
  return (
    <>
      <h1>Image {shortDigest(digest)}</h1>
      <Facts image={image} />
      <p class="row">
        <a class="button" href={link('/events', { digest })}>
          Events
        </a>
      </p>
      <h2>Tagged as</h2>
      <Tags image={image} now={now} />
      <h2>Pulled by</h2>
      {pullers.length === 0 ? (
        <p class="soft">No pull of this digest is known.</p>
      ) : (
        <Pullers pullers={pullers} now={now} />
      )}
      <p class="row">
        <Exports of="events" query={{ digest, action: 'pull' }} />
      </p>
      <h2>Endpoints notified</h2>
      <Notified digest={digest} traced={traced} />
      <ImageContents image={image} />
      <CoverageNote coverage={coverage} />
    </>
  );
}

function Facts({ image }: { image: ArchivedImage }) {
  const { digest, mediaType, size, platform, pushedAt, pushedBy, repositories } = image;
  return (
    <dl>
      <DescriptionRow name="Digest">
        <code>{digest}</code>
      </DescriptionRow>
      <DescriptionRow name="Media type">{mediaType}</DescriptionRow>
      <DescriptionRow name="Manifest">{size !== undefined && formatSize(size)}</DescriptionRow>
      <DescriptionRow name="Platform">{platform}</DescriptionRow>
      <DescriptionRow name="Last push">{pushedAt && <Done at={pushedAt} by={pushedBy} />}</DescriptionRow>
      <DescriptionRow name="Seen in">
        {repositories.length > 0 &&
          repositories.map((each, index) => (
            <span key={`${each.source} ${each.repository}`}>
              {index > 0 && ', '}
              <a href={repositoryPath(each)}>{each.repository}</a>
            </span>
          ))}
      </DescriptionRow>
    </dl>
  );
}

function Tags({ image: { tags }, now }: { image: ArchivedImage; now: number }) {
  if (tags.length === 0) return <p class="soft">No tag points to it now.</p>;
  return (
    <table class="cards">
      <caption class="hidden">Tags that point to it</caption>
      <Heads columns={['Tag', 'Source', 'Since', 'Last pull']} />
      <tbody>
        {tags.map((tag) => (
          <tr key={`${tag.source} ${tag.repository} ${tag.tag}`}>
            <th scope="row">
              <ImageLinks {...tag} />
            </th>
            <td class="break" data-label="Source">
              {tag.source}
            </td>
            <td data-label={tag.since && 'Since'}>{tag.since && <At at={tag.since} />}</td>
            <td data-label="Last pull">
              {tag.lastPullAt ? (
                <Ago at={Date.parse(tag.lastPullAt)} now={now} />
              ) : (
                <span class="soft">none known</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pullers({ pullers, now }: { pullers: readonly ImagePuller[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Who pulled it, the last pull first</caption>
      <Heads
        columns={[
          'Actor',
          'Address',
          'Client',
          'Repository',
          { number: 'Pulls' },
          { number: 'HEAD checks' },
          { number: 'Of its platforms' },
          'Last',
        ]}
      />
      <tbody>
        {pullers.map((each) => (
          <PullerRow key={keyOf(each)} puller={each} now={now} />
        ))}
      </tbody>
    </table>
  );
}

const keyOf = ({ actor, addr, client, source, repository }: ImagePuller): string =>
  JSON.stringify([actor, addr, client, source, repository]);

function PullerRow({ puller, now }: { puller: ImagePuller; now: number }) {
  const { actor, addr, client, pulls, checks, platformPulls, lastAt } = puller;
  return (
    <tr>
      <th scope="row">
        {actor ? <EventsLink field="actor" value={actor} /> : <span class="soft">anonymous</span>}
      </th>
      <td class="nowrap" data-label={addr && 'Address'}>
        <EventsLink field="addr" value={addr} />
      </td>
      <td class="break" data-label={client && 'Client'}>
        <ClientLink client={client} />
      </td>
      <td class="break" data-label="Repository">
        <ImageLinks repository={puller.repository} source={puller.source} />
      </td>
      <td class={pulls === 0 ? 'number soft' : 'number'} data-label="Pulls">
        {formatNumber(pulls)}
      </td>
      <td class={checks === 0 ? 'number soft' : 'number'} data-label="HEAD checks">
        {formatNumber(checks)}
      </td>
      <td class={platformPulls === 0 ? 'number soft' : 'number'} data-label="Of its platforms">
        {formatNumber(platformPulls)}
      </td>
      <td data-label="Last">
        <Ago at={Date.parse(lastAt)} now={now} />
      </td>
    </tr>
  );
}
