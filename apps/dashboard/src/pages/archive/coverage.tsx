/** What the archive knows: since when, and where events are missing. On every page, so that no number misleads. */
import type { Coverage } from '@longshore/archive/items';
import { At } from '../parts.js';

/** More of them are in the API; a page of them would hide what it is about. */
const MAX_LINES = 5;

/** The lines about it. @param days so far back the page looks; a note follows when the archive begins later */
export function CoverageNote({ coverage, from }: { coverage: Coverage; from?: number }) {
  const { since, until, spans } = coverage;
  if (since === undefined || until === undefined) {
    return <p class="note">The archive is empty: no event has been received since it was turned on.</p>;
  }
  const doubtful = spans.filter(({ verdict }) => verdict !== 'complete');
  const proven = spans.filter(({ verdict }) => verdict === 'complete');
  const newest = [...new Map(proven.toReversed().map((span) => [span.source, span])).values()];
  const begins = Date.parse(since);
  return (
    <>
      <p class="soft">
        The archive has events from <At at={since} /> to <At at={until} />.
        {from !== undefined && begins > from && ' What happened before is unknown.'}
      </p>
      {newest.slice(0, MAX_LINES).map((span) => (
        <p class="soft" key={span.source}>
          No push or tag event of {span.source} is missing from <At at={span.since} /> to{' '}
          <At at={span.until} />
          {span.note && `: ${span.note}`}.
        </p>
      ))}
      {doubtful.slice(0, MAX_LINES).map((span) => (
        <p class="note" key={`${span.source} ${span.since}`}>
          Events of {span.source} {span.verdict === 'gap' ? 'were lost' : 'may be missing'} between{' '}
          <At at={span.since} /> and <At at={span.until} />
          {span.note && `: ${span.note}`}.
        </p>
      ))}
      {doubtful.length > MAX_LINES && (
        <p class="note">
          There are {doubtful.length - MAX_LINES} more such times: see{' '}
          <a href="/api/v1/archive/coverage">the API</a>.
        </p>
      )}
    </>
  );
}
