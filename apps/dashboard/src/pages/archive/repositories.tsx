/** Every repository that the archive knows, the newest activity first. */
import type { ArchivedRepository, Coverage, Page } from '@longshore/archive/items';
import { Ago, Heads } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { Field, FilterForm, SourceChoice } from './fields.js';
import { Exports, Paging, type Query, repositoryPath } from './links.js';

/** What the page shows. */
export interface RepositoriesProps {
  query: Query;
  repositories: Page<ArchivedRepository>;
  coverage: Coverage;
  now: number;
}

/** The page. */
export function RepositoriesPage({ query, repositories, coverage, now }: RepositoriesProps) {
  const { items, next } = repositories;
  const { text, source, after: _after } = query;
  return (
    <>
      <h1>Repositories</h1>
      <FilterForm path="/repositories">
        <Field label="Name contains" name="text" value={text} placeholder="app" size={26} />
        <SourceChoice sources={coverage.sources} value={source} />
      </FilterForm>
      <CoverageNote coverage={coverage} />
      {items.length === 0 ? (
        <p class="soft">{text || source ? 'No repository matches this filter.' : 'No repository yet.'}</p>
      ) : (
        <table class="cards">
          <caption class="hidden">Repositories, the newest activity first</caption>
          <Heads columns={['Repository', 'Source', 'Last push', 'Last pull', 'Last event', 'First event']} />
          <tbody>
            {items.map((each) => (
              <Row key={`${each.source} ${each.repository}`} repository={each} now={now} />
            ))}
          </tbody>
        </table>
      )}
      <Paging path="/repositories" query={query} next={next} />
      <p class="row">
        <Exports of="repositories" query={{ text, source }} />
      </p>
    </>
  );
}

function Row({ repository, now }: { repository: ArchivedRepository; now: number }) {
  const { repository: name, source, lastPushAt, lastPullAt, lastAt, firstAt } = repository;
  return (
    <tr>
      <th scope="row">
        <a href={repositoryPath(repository)}>{name}</a>
      </th>
      <td class="break" data-label="Source">
        {source}
      </td>
      <td data-label={lastPushAt && 'Last push'}>
        {lastPushAt && <Ago at={Date.parse(lastPushAt)} now={now} />}
      </td>
      <td data-label={lastPullAt && 'Last pull'}>
        {lastPullAt && <Ago at={Date.parse(lastPullAt)} now={now} />}
      </td>
      <td data-label="Last event">
        <Ago at={Date.parse(lastAt)} now={now} />
      </td>
      <td data-label="First event">
        <Ago at={Date.parse(firstAt)} now={now} />
      </td>
    </tr>
  );
}
