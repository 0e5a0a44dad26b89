/** What happened to images, newest first: a push, a tag or a delete is one line. */
import type { Coverage, Page } from '@longshore/archive/items';
import type { ArchivedImageEvent } from '@longshore/archive/sessions';
import { formatSize, IMAGE_ACTIONS } from '@longshore/event';
import { At, Heads, link } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { Choice, Field, FilterForm, SourceChoice, WindowFields } from './fields.js';
import { ClientLink, DigestLink, EventsLink, Exports, ImageLinks, Paging, type Query } from './links.js';
import { DEFAULT_SINCE } from './params.js';

/** What the page shows. */
export interface PushesProps {
  query: Query;
  events: Page<ArchivedImageEvent>;
  coverage: Coverage;
  /** Epoch milliseconds: so far back it looks. */
  from: number;
}

/** The page. */
export function PushesPage({ query, events: { items, next }, coverage, from }: PushesProps) {
  const { after: _after, ...filter } = query;
  const { repository, tag, digest, actor, action, source, until, since = DEFAULT_SINCE } = query;
  return (
    <>
      <h1>Pushes</h1>
      <FilterForm path="/pushes">
        <Field label="Repository (glob)" name="repository" value={repository} placeholder="acme/**" />
        <Field label="Tag" name="tag" value={tag} placeholder="1.0" size={10} />
        <Field label="Digest" name="digest" value={digest} placeholder="8 digits or more" />
        <Field label="Actor" name="actor" value={actor} placeholder="ci" size={10} />
        <Choice label="What" name="action" value={action} options={IMAGE_ACTIONS} />
        <WindowFields since={since} until={until} />
        <SourceChoice sources={coverage.sources} value={source} />
      </FilterForm>
      <CoverageNote coverage={coverage} from={from} />
      {items.length === 0 ? <p class="soft">No pushes match.</p> : <ImageEventTable events={items} />}
      <Paging path="/pushes" query={query} next={next} />
      <p class="row">
        <Exports of="image-events" query={{ ...filter, since }} />
      </p>
    </>
  );
}

/** One row for each, with a link to what it was made of. */
export function ImageEventTable({ events }: { events: readonly ArchivedImageEvent[] }) {
  return (
    <table class="cards">
      <caption class="hidden">Image events, newest first</caption>
      <Heads
        columns={['When', 'What', 'Image', 'Digest', { number: 'Size' }, 'Details', 'Actor', 'Client']}
      />
      <tbody>
        {events.map((event) => (
          <ImageEventRow key={event.id} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function ImageEventRow({ event }: { event: ArchivedImageEvent }) {
  const { id, at, action, repository, source, digest, actor, userAgent } = event;
  const size = 'size' in event ? event.size : undefined;
  const details = detailsOf(event);
  return (
    <tr>
      <th scope="row" class="nowrap">
        <a href={link('/push', { id })}>
          <At at={at} />
        </a>
      </th>
      <td data-label="What">{action}</td>
      <td class="break" data-label="Image">
        {tagsOf(event).length === 0 ? (
          <ImageLinks repository={repository} source={source} />
        ) : (
          tagsOf(event).map((tag) => (
            <div key={tag}>
              <ImageLinks repository={repository} source={source} tag={tag} />
            </div>
          ))
        )}
      </td>
      <td data-label={digest && 'Digest'}>
        <DigestLink digest={digest} />
      </td>
      <td class="number" data-label={size === undefined ? undefined : 'Size'}>
        {size !== undefined && formatSize(size)}
      </td>
      <td class="break" data-label={details && 'Details'}>
        {details}
      </td>
      <td class="break" data-label={actor && 'Actor'}>
        <EventsLink field="actor" value={actor} />
      </td>
      <td class="clip" data-label={userAgent && 'Client'}>
        <ClientLink client={userAgent} />
      </td>
    </tr>
  );
}

/** All that it names. */
export const tagsOf = (event: ArchivedImageEvent): readonly string[] =>
  'tags' in event ? event.tags : 'tag' in event && event.tag !== undefined ? [event.tag] : [];

/** The rest in a few words. */
export function detailsOf(event: ArchivedImageEvent): string | undefined {
  switch (event.action) {
    case 'image.pushed': {
      const platforms = event.platforms.map(({ platform }) => platform ?? 'unknown platform');
      return [
        event.artifact !== 'image' && event.artifact,
        ...platforms,
        event.unchanged && 'unchanged',
        event.late && 'reported late',
      ]
        .filter(Boolean)
        .join(', ');
    }
    case 'tag.created':
      return event.firstSeen ? 'seen for the first time' : undefined;
    case 'artifact.attached':
      return [event.artifact, event.type].filter(Boolean).join(', ');
    case 'pull.failed':
      return `${event.method} answered ${event.status}`;
    default:
      return undefined;
  }
}
