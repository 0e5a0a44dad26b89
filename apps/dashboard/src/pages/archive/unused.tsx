/** Tags that were not pulled for some days: what may be deleted, or left behind in a migration. */
import type { Coverage, Page, UnusedTag } from '@longshore/archive/items';
import { plural } from '@longshore/event';
import { Ago, Heads } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { Field, FilterForm, SourceChoice } from './fields.js';
import { DigestLink, EventsLink, Exports, ImageLinks, Paging, type Query } from './links.js';

/** What the page shows. */
export interface UnusedProps {
  /** `text`, `repository`, `source`, `after`. */
  query: Query;
  days: number;
  tags: Page<UnusedTag>;
  coverage: Coverage;
  now: number;
}

const DAY_MS = 86_400_000;

/** The page. */
export function UnusedPage({ query, days, tags: { items, next }, coverage, now }: UnusedProps) {
  const { after: _after, text, repository, source } = query;
  const filter = { days: String(days), text, repository, source };
  return (
    <>
      <h1>Unused</h1>
      <FilterForm path="/unused">
        <Field label="Not pulled for (days)" name="days" value={String(days)} size={6} />
        <Field label="Repository contains" name="text" value={text} placeholder="app" />
        <Field label="Repository (glob)" name="repository" value={repository} placeholder="acme/**" />
        <SourceChoice sources={coverage.sources} value={source} />
      </FilterForm>
      <CoverageNote coverage={coverage} />
      <Caveat days={days} coverage={coverage} now={now} />
      {items.length === 0 ? (
        <p class="soft">No tag was unused for {plural(days, 'day')}.</p>
      ) : (
        <UnusedTable tags={items} now={now} />
      )}
      <Paging path="/unused" query={{ ...filter, after: query.after }} next={next} />
      <p class="row">
        <Exports of="unused" query={filter} />
      </p>
    </>
  );
}

/** A pull that the archive has not seen cannot be counted. */
function Caveat({ days, coverage, now }: Pick<UnusedProps, 'days' | 'coverage' | 'now'>) {
  const tooShort = coverage.since !== undefined && Date.parse(coverage.since) > now - days * DAY_MS;
  return (
    <>
      <p class="soft">
        Tags without a pull for {plural(days, 'day')}. A tag that was never pulled counts from its push. HEAD
        checks are no pulls.
      </p>
      {tooShort && (
        <p class="note">
          The archive is younger than {plural(days, 'day')}: what was pulled before it began is unknown.
        </p>
      )}
    </>
  );
}

function UnusedTable({ tags, now }: { tags: readonly UnusedTag[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Tags, unused the longest first</caption>
      <Heads columns={['Tag', 'Source', 'Points to', 'Last pull', 'Last push', 'Pushed by']} />
      <tbody>
        {tags.map((tag) => (
          <Row key={`${tag.source} ${tag.repository} ${tag.tag}`} tag={tag} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ tag, now }: { tag: UnusedTag; now: number }) {
  const { source, digest, neverPulled, lastPullAt, pushedAt, pushedBy } = tag;
  return (
    <tr>
      <th scope="row">
        <ImageLinks {...tag} />
      </th>
      <td class="break" data-label="Source">
        {source}
      </td>
      <td data-label={digest && 'Points to'}>
        <DigestLink digest={digest} />
      </td>
      <td data-label="Last pull">
        {neverPulled || !lastPullAt ? 'never' : <Ago at={Date.parse(lastPullAt)} now={now} />}
      </td>
      <td data-label={pushedAt && 'Last push'}>{pushedAt && <Ago at={Date.parse(pushedAt)} now={now} />}</td>
      <td class="break" data-label={pushedBy && 'Pushed by'}>
        <EventsLink field="actor" value={pushedBy} />
      </td>
    </tr>
  );
}
