/** One repository: its tags with what they point to, and its activity. */
import type {
  ArchivedTag,
  Coverage,
  DayCounts,
  Page,
  RepositoryDetail,
  TopEntry,
} from '@longshore/archive/items';
import type { SessionDay } from '@longshore/archive/sessions';
import { formatNumber } from '@longshore/event';
import { Ago, At, DescriptionRow, Heads, link } from '../parts.js';
import { Activity } from './activity.js';
import { CoverageNote } from './coverage.js';
import {
  DigestLink,
  EventsLink,
  Exports,
  Paging,
  type Query,
  repositoryPath,
  tagPath,
  unknownTarget,
} from './links.js';
import { TopTable } from './top.js';

/** What the page shows. */
export interface RepositoryProps {
  /** `repository` and `source`, and `after` of the tags. */
  query: Query;
  repository: RepositoryDetail;
  tags: Page<ArchivedTag>;
  days: readonly DayCounts[];
  sessions: readonly SessionDay[];
  /** Who pulled and pushed most of it. */
  clients: readonly TopEntry[];
  actors: readonly TopEntry[];
  coverage: Coverage;
  now: number;
}

/** The page. */
export function RepositoryPage(props: RepositoryProps) {
  const { query, repository, tags, days, sessions, clients, actors, coverage, now } = props;
  const { repository: name, source } = repository;
  const key = { repository: name, source };
  return (
    <>
      <h1>{name}</h1>
      <Facts repository={repository} now={now} />
      <p class="row">
        <a class="button" href={link('/events', key)}>
          Events
        </a>
        <a class="button" href={link('/pushes', key)}>
          Pushes
        </a>
        <a class="button" href={link('/pulls', key)}>
          Pulls
        </a>
        <a class="button" href={link('/unused', key)}>
          Unused tags
        </a>
      </p>
      <h2>Tags</h2>
      {tags.items.length === 0 ? <p class="soft">None.</p> : <TagTable tags={tags.items} now={now} />}
      <Paging path="/repository" query={{ ...key, after: query.after }} next={tags.next} />
      <p class="row">
        <Exports of="tags" query={key} />
      </p>
      <h2>Last 30 days</h2>
      <Activity days={days} sessions={sessions} since={coverage.since} />
      <p class="row">
        <Exports of="stats/sessions" query={key} />
      </p>
      <div class="pair">
        <section aria-label="Clients">
          <h3>Clients</h3>
          <TopTable entries={clients} by="pulls" columns={['pulls', 'checks']} name="Client" field="client" />
        </section>
        <section aria-label="Pushed by">
          <h3>Pushed by</h3>
          <TopTable entries={actors} by="pushes" columns={['pushes', 'deletes']} name="Actor" field="actor" />
        </section>
      </div>
      <CoverageNote coverage={coverage} from={now - 30 * 86_400_000} />
    </>
  );
}

const MOST_COUNTED = 10_000;

function Facts({ repository, now }: { repository: RepositoryDetail; now: number }) {
  const { repository: name, source, otherSources, tags, firstAt, lastPushAt, lastPullAt } = repository;
  return (
    <dl>
      <DescriptionRow name="Source">
        {source}
        {otherSources.map((other) => (
          <span key={other}>
            {' '}
            · also in <a href={repositoryPath({ repository: name, source: other })}>{other}</a>
          </span>
        ))}
      </DescriptionRow>
      <DescriptionRow name="Tags">
        {formatNumber(tags)}
        {tags >= MOST_COUNTED && ' or more'}
      </DescriptionRow>
      <DescriptionRow name="Last push">
        {lastPushAt && <Ago at={Date.parse(lastPushAt)} now={now} />}
      </DescriptionRow>
      <DescriptionRow name="Last pull">
        {lastPullAt ? <Ago at={Date.parse(lastPullAt)} now={now} /> : 'none known'}
      </DescriptionRow>
      <DescriptionRow name="First event">
        <At at={firstAt} />
      </DescriptionRow>
    </dl>
  );
}

/** One row for each tag. */
function TagTable({ tags, now }: { tags: readonly ArchivedTag[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Tags, by name</caption>
      <Heads columns={['Tag', 'Points to', 'Since', 'Last push', 'Pushed by', 'Last pull']} />
      <tbody>
        {tags.map((tag) => (
          <TagRow key={tag.tag} tag={tag} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function TagRow({ tag, now }: { tag: ArchivedTag; now: number }) {
  const { tag: name, digest, deleted, since, pushedAt, pushedBy, lastPullAt } = tag;
  const isKnown = deleted || digest !== undefined;
  return (
    <tr>
      <th scope="row">
        <a href={tagPath(tag)}>{name}</a>
      </th>
      <td data-label="Points to">
        {deleted && <span class="bad">deleted</span>}
        <DigestLink digest={deleted ? undefined : digest} />
        {!isKnown && <span class="soft">{unknownTarget(tag)}</span>}
      </td>
      <td data-label={since && 'Since'}>{since && <Ago at={Date.parse(since)} now={now} />}</td>
      <td data-label={pushedAt && 'Last push'}>{pushedAt && <Ago at={Date.parse(pushedAt)} now={now} />}</td>
      <td class="break" data-label={pushedBy && 'Pushed by'}>
        <EventsLink field="actor" value={pushedBy} />
      </td>
      <td data-label="Last pull">
        {lastPullAt ? <Ago at={Date.parse(lastPullAt)} now={now} /> : <span class="soft">none known</span>}
      </td>
    </tr>
  );
}
