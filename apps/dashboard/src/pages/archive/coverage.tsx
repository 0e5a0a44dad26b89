/** What the archive knows: since when, and where events are missing. On every page, so that no number misleads. */
import type { Coverage } from '@longshore/archive/items';
import { At } from '../parts.js';

/** More gaps are in the API; a page of them would hide what it is about. */
const MAX_GAPS = 5;

/** The lines about it. @param days so far back the page looks; a note follows when the archive begins later */
export function CoverageNote({ coverage, from }: { coverage: Coverage; from?: number }) {
  const { since, until, spans } = coverage;
  if (since === undefined || until === undefined) {
    return <p class="note">The archive is empty: no event has been received since it was turned on.</p>;
  }
  const gaps = spans.filter(({ verdict }) => verdict === 'gap');
  const begins = Date.parse(since);
  return (
    <>
      <p class="soft">
        The archive has events from <At at={since} /> to <At at={until} />.
        {from !== undefined && begins > from && ' What happened before is unknown.'}
      </p>
      {gaps.slice(0, MAX_GAPS).map((gap) => (
        <p class="note" key={`${gap.source} ${gap.since}`}>
          Events of {gap.source} between <At at={gap.since} /> and <At at={gap.until} /> are missing
          {gap.note && `: ${gap.note}`}.
        </p>
      ))}
      {gaps.length > MAX_GAPS && (
        <p class="note">
          There are {gaps.length - MAX_GAPS} more gaps: see <a href="/api/v1/archive/coverage">the API</a>.
        </p>
      )}
    </>
  );
}
