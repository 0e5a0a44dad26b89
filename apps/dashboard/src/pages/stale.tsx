/** What is shown while Redis does not answer: the home page as it was last, and a notice. */
import { formatDuration } from '@longshore/event';
import { Message } from './message.js';
import type { Shown } from './view.js';

/** The last home page of this process. */
export interface Stale {
  /** Keeps it, if it is the home page. */
  keep(path: string, url: string, shown: Shown, now: number): void;
  /** The page that is shown instead. */
  instead(path: string, url: string, now: number): Shown;
}

const SLOW = 'Redis has not answered for a second';

/** One for each process. */
export function createStale(): Stale {
  let last: { url: string; shown: Shown; at: number } | undefined;
  return {
    keep(path, url, shown, at) {
      if (path === '/') last = { url, shown, at };
    },
    instead(path, url, now) {
      if (path !== '/' || last?.url !== url) return { title: SLOW, children: <Unknown /> };
      const { shown, at } = last;
      const notice = (
        <p class="note bad" role="status">
          {SLOW}. This page is as it was {formatDuration(now - at)} ago. No events are lost.
        </p>
      );
      return {
        ...shown,
        children: (
          <>
            {notice}
            {shown.children}
          </>
        ),
      };
    },
  };
}

function Unknown() {
  const text = [
    'Nothing can be shown until it answers. No events are lost: ingest refuses or spools what it cannot store. Check Redis and /readyz, then reload this page.',
  ];
  return <Message title={SLOW} text={text} links={[{ href: '/', text: 'Endpoints' }]} />;
}
