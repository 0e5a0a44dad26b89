/** One tag: what it points to, who pushed it, every move, and its pulls. */
import type { ArchivedTag, Coverage, DayCounts, Page, TagMove } from '@longshore/archive/items';
import type { SessionDay } from '@longshore/archive/sessions';
import { formatSize } from '@longshore/event';
import { Ago, At, DescriptionRow, Heads, link } from '../parts.js';
import { Activity } from './activity.js';
import { CoverageNote } from './coverage.js';
import {
  DigestLink,
  Done,
  EventsLink,
  Exports,
  Paging,
  type Query,
  repositoryPath,
  unknownTarget,
} from './links.js';

/** What the page shows. */
export interface TagProps {
  query: Query;
  tag: ArchivedTag;
  moves: Page<TagMove>;
  days: readonly DayCounts[];
  sessions: readonly SessionDay[];
  coverage: Coverage;
  now: number;
}

/** The page. */
export function TagPage({ query, tag, moves, days, sessions, coverage, now }: TagProps) {
  const { repository, source, tag: name } = tag;
  const key = { repository, source, tag: name };
  return (
    <>
      <h1>
        {/* One item of the heading, which sets items apart. */}
        <span>
          <a href={repositoryPath(tag)}>{repository}</a>:{name}
        </span>
      </h1>
      <Facts tag={tag} now={now} />
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
      </p>
      <h2>History</h2>
      {moves.items.length === 0 ? (
        <p class="soft">No push or delete of this tag is known.</p>
      ) : (
        <Moves moves={moves.items} />
      )}
      <Paging path="/tag" query={{ ...key, after: query.after }} next={moves.next} />
      <h2>Last 30 days</h2>
      <Activity days={days} sessions={sessions} since={coverage.since} />
      <p class="row">
        <Exports of="stats/sessions" query={key} />
      </p>
      <CoverageNote coverage={coverage} from={now - 30 * 86_400_000} />
    </>
  );
}

function Facts({ tag, now }: { tag: ArchivedTag; now: number }) {
  const { source, digest, deleted, deletedAt, deletedBy, since, pushedAt, pushedBy } = tag;
  const { mediaType, size, lastPullAt } = tag;
  return (
    <dl>
      <DescriptionRow name="Source">{source}</DescriptionRow>
      <DescriptionRow name="Points to">
        {deleted ? (
          <span class="bad">deleted</span>
        ) : digest ? (
          <DigestLink digest={digest} whole />
        ) : (
          unknownTarget(tag)
        )}
      </DescriptionRow>
      <DescriptionRow name="Since">{!deleted && since && <At at={since} />}</DescriptionRow>
      <DescriptionRow name="Deleted">{deletedAt && <Done at={deletedAt} by={deletedBy} />}</DescriptionRow>
      <DescriptionRow name="Last push">{pushedAt && <Done at={pushedAt} by={pushedBy} />}</DescriptionRow>
      <DescriptionRow name="Media type">{mediaType}</DescriptionRow>
      <DescriptionRow name="Manifest">{size !== undefined && formatSize(size)}</DescriptionRow>
      <DescriptionRow name="Last pull">
        {lastPullAt ? <Ago at={Date.parse(lastPullAt)} now={now} /> : 'none known'}
      </DescriptionRow>
    </dl>
  );
}

function Moves({ moves }: { moves: readonly TagMove[] }) {
  return (
    <table class="cards">
      <caption class="hidden">Pushes and deletes, newest first</caption>
      <Heads columns={['When', 'What', 'From', 'To', 'By']} />
      <tbody>
        {moves.map((move) => (
          <Move key={`${move.at} ${move.to}`} move={move} />
        ))}
      </tbody>
    </table>
  );
}

function Move({ move }: { move: TagMove }) {
  const { at, from, to, by } = move;
  return (
    <tr>
      <th scope="row" class="nowrap">
        <At at={at} />
      </th>
      <td data-label="What">{wordsOf(move)}</td>
      <td data-label={from && 'From'}>
        <DigestLink digest={from} />
      </td>
      <td data-label={to && 'To'}>
        <DigestLink digest={to} />
      </td>
      <td class="break" data-label={by && 'By'}>
        <EventsLink field="actor" value={by} />
      </td>
    </tr>
  );
}

function wordsOf({ from, to, moved, deleted }: TagMove): string {
  if (deleted) return 'deleted';
  if (to === undefined) return 'pushed; the registry sent no digest';
  if (!moved) return 'pushed again, unchanged';
  return from === undefined ? 'created' : 'moved';
}
