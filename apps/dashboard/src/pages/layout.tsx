/** The frame of every page: where one is, where one can go, the search, and what is the matter. */
import { printableLines } from '@longshore/event';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Pages that the top line leads to. */
export type Place = 'endpoints' | 'dead' | 'quarantine' | 'search';

export interface LayoutProps {
  title: string;
  here?: Place;
  /** What was searched for. */
  search?: string;
  children?: ComponentChildren;
}

const PLACES: readonly { place: Place; href: string; words: string }[] = [
  { place: 'endpoints', href: '/', words: 'Endpoints' },
  { place: 'dead', href: '/dead', words: 'Dead letters' },
  { place: 'quarantine', href: '/quarantine', words: 'Quarantine' },
];

export function Layout({ title, here, search, children }: LayoutProps) {
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
            {PLACES.map(({ place, href, words }) => (
              <a key={place} href={href} aria-current={here === place ? 'page' : undefined}>
                {words}
              </a>
            ))}
            <a href="/queues">Queues</a>
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
            This page is not up to date: the dashboard or its Redis does not answer. It goes on by itself.
          </p>
          {children}
        </main>
      </body>
    </html>
  );
}

/** In quotes an attribute may hold a `>`. */
const TAG_OR_TEXT = /<(?:"[^"]*"|[^">])*>|[^<]+/g;

/**
 * A whole document. Markup in it is escaped by the renderer, and what turns the direction of a text or hides in it
 * is written out. Attributes stay: forms and links carry values as they are.
 */
export function page(props: LayoutProps): string {
  const html = renderToString(<Layout {...props} />);
  const shown = html.replace(TAG_OR_TEXT, (part) => (part.startsWith('<') ? part : printableLines(part)));
  return `<!doctype html>${shown}`;
}
