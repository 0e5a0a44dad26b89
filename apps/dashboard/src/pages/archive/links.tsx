/** Links to the pages of what an event names, and to those that export a list. */
import { shortDigest } from '@longshore/event';
import { At, link } from '../parts.js';

/** A repository of a source. */
export interface RepositoryName {
  repository: string;
  source?: string;
}

/** Values of a page's address; empty ones are left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** The page of a repository. In the query, because a proxy may decode the slashes of a name in the path. */
export const repositoryPath = ({ repository, source }: RepositoryName): string =>
  link('/repository', { repository, source });

/** The page of a tag. */
export const tagPath = ({ repository, source, tag }: RepositoryName & { tag: string }): string =>
  link('/tag', { repository, source, tag });

/** The page of an event. */
export const eventPath = ({ source, id }: { source: string; id: string }): string =>
  link('/event', { source, id });

/** `acme/app:1.0`, the repository and the tag each with a link to its page; nothing without a repository. */
export function ImageLinks({
  repository,
  source,
  tag,
}: {
  repository?: string;
  source?: string;
  tag?: string;
}) {
  if (repository === undefined) return null;
  return (
    <>
      <a href={repositoryPath({ repository, source })}>{repository}</a>
      {tag !== undefined && (
        <>
          :<a href={tagPath({ repository, source, tag })}>{tag}</a>
        </>
      )}
    </>
  );
}

/** The digest, short or whole, with a link to the page of its image. */
export function DigestLink({ digest, whole = false }: { digest?: string; whole?: boolean }) {
  if (digest === undefined) return null;
  return (
    <a
      class={whole ? undefined : 'quiet'}
      href={link('/images', { digest })}
      title={whole ? undefined : digest}
    >
      <code>{whole ? digest : shortDigest(digest)}</code>
    </a>
  );
}

/** A value, with a link to the events that have it in this field. */
export function EventsLink({ field, value }: { field: 'actor' | 'addr' | 'client'; value?: string }) {
  if (value === undefined) return null;
  return (
    <a class="quiet" href={link('/events', { [field]: value })}>
      {value}
    </a>
  );
}

/** When something was done, and by whom. */
export function Done({ at, by }: { at: string; by?: string }) {
  return (
    <>
      <At at={at} />
      {by && (
        <>
          {' '}
          by <EventsLink field="actor" value={by} />
        </>
      )}
    </>
  );
}

/** Why it is not known what a tag points to. */
export const unknownTarget = ({ since }: { since?: string }): string =>
  since === undefined
    ? 'unknown: only pulled since the archive began'
    : 'unknown: the registry sends no digest';

/** The first product of a user agent, which names the client; the rest names its libraries and system. */
export function ClientLink({ client }: { client?: string }) {
  if (client === undefined) return null;
  const [product = client] = client.split(' ', 1);
  return (
    <a class="quiet" href={link('/events', { client })} title={client}>
      {product || client}
    </a>
  );
}

/** Downloads of the list with the filter of the page. @param of path below `/api/v1/archive` */
export function Exports({ of, query }: { of: string; query: Query }) {
  const path = (format: string): string => link(`/api/v1/archive/${of}`, { ...query, format });
  return (
    <span>
      Export: <a href={path('csv')}>CSV</a> · <a href={path('ndjson')}>NDJSON</a>
    </span>
  );
}

/** The next page of a list, and the first one from any later. */
export function Paging({ path, query, next }: { path: string; query: Query; next?: string }) {
  if (!next && !query.after) return null;
  const { after, ...first } = query;
  return (
    <nav class="row" aria-label="Pages of the list">
      {after && (
        <a class="button" href={link(path, first)}>
          First page
        </a>
      )}
      {next && (
        <a class="button" href={link(path, { ...first, after: next })}>
          More
        </a>
      )}
    </nav>
  );
}
