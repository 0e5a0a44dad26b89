/** What came in during the last day, by source: one line each. */
import type { SourceActivity, SourceQuarter } from '@longshore/queue/activity';
import { Strip } from '../charts/strip.js';
import { Count, Heads } from '../parts.js';

const WORDS = { good: 'accepted', bad: 'quarantined', waits: 'spooled' };

/** The table; nothing when nothing came in. */
export function SourceRows({ sources }: { sources: readonly SourceActivity[] }) {
  if (sources.length === 0) return null;
  return (
    <>
      <h2>Sources</h2>
      <table class="cards lines sources">
        <caption class="hidden">What came in during the last 24 hours, by source</caption>
        <Heads
          columns={[
            'Source',
            'Last 24 hours',
            { number: 'Last hour' },
            { number: 'Accepted' },
            { number: 'Quarantined' },
            { number: 'Spooled' },
          ]}
        />
        <tbody>
          {sources.map((each) => (
            <Row key={each.source} {...each} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ source, quarters }: SourceActivity) {
  const sum = (
    of: 'accepted' | 'quarantined' | 'spooled',
    last: readonly SourceQuarter[] = quarters,
  ): number => last.reduce((total, quarter) => total + quarter[of], 0);
  const marks = quarters.map(({ at, accepted, quarantined, spooled }) => ({
    ...{ at, good: accepted, bad: quarantined, waits: spooled > 0 },
  }));
  return (
    <tr>
      <th scope="row">{source}</th>
      <td>
        <Strip label="Last 24 hours" marks={marks} words={WORDS} />
      </td>
      <Count label="Last hour" value={sum('accepted', quarters.slice(-4))} />
      <Count label="Accepted" value={sum('accepted')} />
      <Count label="Quarantined" value={sum('quarantined')} href="/quarantine" />
      <Count label="Spooled" value={sum('spooled')} />
    </tr>
  );
}
