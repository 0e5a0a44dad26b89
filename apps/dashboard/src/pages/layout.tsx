/** The frame of every page: navigation, search, and the notice when live updates fail. */
import { printableLines } from '@longshore/event';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** The pages of the navigation. */
export type Place =
  | 'endpoints'
  | 'dead'
  | 'quarantine'
  | 'search'
  | 'events'
  | 'repositories'
  | 'images'
  | 'statistics'
  | 'unused';

/** A page and its frame. */
export interface LayoutProps {
  title: string;
  here?: Place;
  /** The current search. */
  search?: string;
  /** Whether the navigation links to bull-board. */
  hasBoard?: boolean;
  children?: ComponentChildren;
}

interface NavigationLink {
  place: Place;
  href: string;
  text: string;
}

const PLACES: readonly NavigationLink[] = [
  { place: 'endpoints', href: '/', text: 'Endpoints' },
  { place: 'dead', href: '/dead', text: 'Dead letters' },
  { place: 'quarantine', href: '/quarantine', text: 'Quarantine' },
];

/** What the archive knows. */
const ARCHIVE_PLACES: readonly NavigationLink[] = [
  { place: 'events', href: '/events', text: 'Events' },
  { place: 'repositories', href: '/repositories', text: 'Repositories' },
  { place: 'images', href: '/images', text: 'Images' },
  { place: 'statistics', href: '/statistics', text: 'Statistics' },
  { place: 'unused', href: '/unused', text: 'Unused' },
];

/** The HTML document. */
export function Layout({ title, here, search, hasBoard, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>{`${title} · Longshore`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/assets/longshore.css" />
        <script src="/assets/longshore.js" type="module" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="home" href="/">
            Longshore
          </a>
          <nav aria-label="Pages">
            <Links places={PLACES} here={here} />
            {hasBoard && <a href="/queues">Queues</a>}
          </nav>
          <nav aria-label="Archive">
            <Links places={ARCHIVE_PLACES} here={here} />
          </nav>
          <search>
            <form action="/search">
              <input
                type="search"
                name="q"
                value={search}
                required
                aria-label="Search for an event"
                placeholder="event id, repository:tag, digest"
              />
              <button type="submit">Search</button>
            </form>
          </search>
        </header>
        <main id="main" tabIndex={-1}>
          <p class="note bad" data-stale hidden>
            Live updates paused: the dashboard or Redis is not responding. Retrying…
          </p>
          {children}
        </main>
      </body>
    </html>
  );
}

function Links({ places, here }: { places: readonly NavigationLink[]; here?: Place }) {
  return (
    <>
      {places.map(({ place, href, text }) => (
        <a key={place} href={href} aria-current={here === place ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </>
  );
}

/** A quoted attribute may contain a `>`. */
const TAG_OR_TEXT = /<(?:"[^"]*"|[^">])*>|[^<]+/g;

/**
 * The document as HTML. The renderer escapes markup; control and format characters of texts are written out here.
 * Attributes are left alone: forms and links need exact values.
 */
export function page(props: LayoutProps): string {
  const html = renderToString(<Layout {...props} />);
  const shown = html.replace(TAG_OR_TEXT, (part) => (part.startsWith('<') ? part : printableLines(part)));
  return `<!doctype html>${shown}`;
}
