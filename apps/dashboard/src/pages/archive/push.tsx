/** One image event, with the requests that it was made of. */
import type { ImageEventDetail } from '@longshore/archive/sessions';
import { formatNumber, formatSize } from '@longshore/event';
import { At, DescriptionRow, link, Text } from '../parts.js';
import { EventTable } from './events.js';
import { DigestLink, EventsLink, ImageLinks } from './links.js';
import { detailsOf, tagsOf } from './pushes.js';

/** The page. */
export function PushPage({ detail: { event, requests } }: { detail: ImageEventDetail }) {
  return (
    <>
      <h1>
        {event.action} {event.repository}
      </h1>
      <Facts event={event} />
      {event.action === 'image.pushed' && event.platforms.length > 0 && (
        <>
          <h2>Platforms</h2>
          <ul>
            {event.platforms.map(({ platform = 'unknown platform', digest, size }) => (
              <li key={digest}>
                {platform} <DigestLink digest={digest} /> {size !== undefined && formatSize(size)}{' '}
                {event.changedPlatforms.includes(platform) && <span class="state warn">changed</span>}
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>Requests</h2>
      {requests.length === 0 ? (
        <p class="soft">The archive has none of its requests any more.</p>
      ) : (
        <EventTable events={requests} />
      )}
      <h2>Event</h2>
      <Text name="The event">{JSON.stringify(event, null, 2)}</Text>
    </>
  );
}

function Facts({ event }: Pick<ImageEventDetail, 'event'>) {
  const { id, at, repository, source, digest, actor, userAgent, addr } = event;
  return (
    <dl>
      <DescriptionRow name="Time">
        <At at={at} />
      </DescriptionRow>
      <DescriptionRow name="Image">
        {tagsOf(event).length === 0 && <ImageLinks repository={repository} source={source} />}
        {tagsOf(event).map((tag) => (
          <div key={tag}>
            <ImageLinks repository={repository} source={source} tag={tag} />
          </div>
        ))}
      </DescriptionRow>
      <DescriptionRow name="Digest">{digest && <DigestLink digest={digest} whole />}</DescriptionRow>
      <DescriptionRow name="Details">{detailsOf(event)}</DescriptionRow>
      {event.action === 'image.pushed' && <Sizes event={event} />}
      {event.action === 'tag.moved' && (
        <DescriptionRow name="Before">
          {event.from && <DigestLink digest={event.from} whole />}
        </DescriptionRow>
      )}
      {event.action === 'artifact.attached' && (
        <DescriptionRow name="Attached to">
          <DigestLink digest={event.subject} whole />
        </DescriptionRow>
      )}
      <DescriptionRow name="Actor">{actor && <EventsLink field="actor" value={actor} />}</DescriptionRow>
      <DescriptionRow name="Client">
        {userAgent && <EventsLink field="client" value={userAgent} />}
      </DescriptionRow>
      <DescriptionRow name="Address">{addr && <EventsLink field="addr" value={addr} />}</DescriptionRow>
      <DescriptionRow name="Source">{source}</DescriptionRow>
      <DescriptionRow name="Deliveries">
        <a href={link('/search', { q: id })}>
          <code>{id}</code>
        </a>
      </DescriptionRow>
    </dl>
  );
}

type Pushed = Extract<ImageEventDetail['event'], { action: 'image.pushed' }>;

function Sizes({ event }: { event: Pushed }) {
  const { size, pushedBytes, mountedBytes, reusedBytes, previousDigest, attestations } = event;
  return (
    <>
      <DescriptionRow name="Size">{size !== undefined && formatSize(size)}</DescriptionRow>
      <DescriptionRow name="Pusher">
        {`uploaded ${formatSize(pushedBytes)}, mounted ${formatSize(mountedBytes)}, found ${formatSize(reusedBytes)}`}
      </DescriptionRow>
      <DescriptionRow name="Attestations">{attestations > 0 && formatNumber(attestations)}</DescriptionRow>
      <DescriptionRow name="Before">
        {previousDigest && <DigestLink digest={previousDigest} whole />}
      </DescriptionRow>
    </>
  );
}
