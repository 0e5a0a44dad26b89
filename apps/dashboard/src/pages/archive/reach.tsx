/** How far back the history of deliveries reaches. */
import type { HistoryAnswer } from '@longshore/event';
import { At } from '../parts.js';

/** One line, and a note when only a part of it could be searched. */
export function Reach({ traced: { since, unavailable } }: { traced: HistoryAnswer }) {
  return (
    <>
      <p class="soft">
        {since ? (
          <>
            The history starts at <At at={since} />.
          </>
        ) : (
          'The history is empty.'
        )}
      </p>
      {unavailable && <p class="note">Only recent entries were searched: {unavailable}</p>}
    </>
  );
}
