/** The frame of every page: navigation, search, and the notice when live updates fail. */
import { printableLines } from '@longshore/event';
import { type Actor, type DashboardRole, mayAct } from '@longshore/operator/access';
import type { Context } from 'koa';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { SIGN_OUT_PATH } from '../access/paths.js';
import type { Site } from '../site.js';
import { Brand, Foot } from './brand.js';
import type { RefusedConfig } from './deps.js';
import { Keys, LiveBar } from './live.js';
import { At } from './parts.js';
import { Access } from './submit.js';

/** The pages of the navigation. */
export type Place =
  | 'endpoints'
  | 'dead'
  | 'quarantine'
  | 'operations'
  | 'search'
  | 'events'
  | 'pushes'
  | 'pulls'
  | 'repositories'
  | 'images'
  | 'statistics'
  | 'unused'
  | 'explain'
  | 'doctor';

/** What the frame has beside the page: it depends on the request, and not on the page. */
export interface Frame {
  /** Environment and version. */
  site?: Site;
  /** Whether the footer links to bull-board. */
  hasBoard?: boolean;
  /** The configuration file that was rejected. */
  refused?: RefusedConfig;
  /** What every page says at its top, one line each: a full disk, a certificate that expires. */
  notices?: readonly string[];
  /** Who looks; absent before a sign-in. */
  actor?: Actor;
  /** `dashboard.operate` is false. */
  isReadonly?: boolean;
  /** Without navigation, for those who are not signed in. */
  bare?: boolean;
}

/** The frame of a request. */
export const frameOf = ({ state }: Pick<Context, 'state'>): Frame => {
  const { site, hasBoard, actor, isReadonly, refused, notices } = state;
  return { site, hasBoard, actor, isReadonly, refused, notices };
};

/** A page and its frame. */
export interface LayoutProps extends Frame {
  title: string;
  here?: Place;
  /** The current search. */
  search?: string;
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
  { place: 'operations', href: '/operations', text: 'Operations' },
];

/** What the archive knows. */
const ARCHIVE_PLACES: readonly NavigationLink[] = [
  { place: 'events', href: '/events', text: 'Events' },
  { place: 'pushes', href: '/pushes', text: 'Pushes' },
  { place: 'pulls', href: '/pulls', text: 'Pulls' },
  { place: 'repositories', href: '/repositories', text: 'Repositories' },
  { place: 'images', href: '/images', text: 'Images' },
  { place: 'statistics', href: '/statistics', text: 'Statistics' },
  { place: 'unused', href: '/unused', text: 'Unused' },
];

/** What a viewer may not open. */
const OPERATOR_PLACES: readonly NavigationLink[] = [{ place: 'explain', href: '/explain', text: 'Explain' }];

/** What only an admin may open. */
const ADMIN_PLACES: readonly NavigationLink[] = [{ place: 'doctor', href: '/doctor', text: 'Checks' }];

/** The HTML document. */
export function Layout(props: LayoutProps) {
  const { title, here, search, site, hasBoard, actor, bare, refused, notices = [], children } = props;
  return (
    <html lang="en" class={site && `in-${site.colour}`}>
      <head>
        <meta charset="utf-8" />
        <title>{[title, site?.name, 'Longshore'].filter(Boolean).join(' · ')}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/longshore.css" />
        <script src="/assets/longshore.js" type="module" />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <Brand site={site} />
          {!bare && <Navigation here={here} search={search} role={actor?.role} />}
          {actor && <SignedIn actor={actor} />}
        </header>
        <main id="main" tabIndex={-1}>
          <LiveBar />
          <p class="note bad" data-stale hidden>
            Live updates paused: the dashboard or Redis is not responding. Retrying…
          </p>
          {refused && !bare && <RefusedBanner {...refused} />}
          {!bare &&
            notices.map((notice) => (
              <p key={notice} class="note bad" role="status">
                {notice}
              </p>
            ))}
          {children}
        </main>
        {!bare && <Foot site={site} hasBoard={hasBoard} />}
        <Keys />
      </body>
    </html>
  );
}

/** A restart would fail, so every page says so. */
function RefusedBanner({ at, file, reason }: RefusedConfig) {
  return (
    <p class="note bad break" role="status">
      {file} was rejected at <At at={at} />; the previous configuration is still in use. Fix the file:{' '}
      {reason}
    </p>
  );
}

/** Who is signed in; nothing where no one signs in. */
function SignedIn({ actor: { name, role, kind } }: { actor: Actor }) {
  if (kind === 'open') return null;
  return (
    <form class="who" method="post" action={SIGN_OUT_PATH}>
      <span>
        {name} <span class="soft">{role}</span>
      </span>
      {kind === 'oidc' && <button type="submit">Sign out</button>}
    </form>
  );
}

function Navigation({
  here,
  search,
  role = 'viewer',
}: Pick<LayoutProps, 'here' | 'search'> & { role?: DashboardRole | undefined }) {
  return (
    <>
      <div class="pages">
        <nav aria-label="Pages">
          <Links places={PLACES} here={here} />
          {mayAct(role, 'operator') && <Links places={OPERATOR_PLACES} here={here} />}
          {role === 'admin' && <Links places={ADMIN_PLACES} here={here} />}
        </nav>
        <nav aria-label="Archive">
          <Links places={ARCHIVE_PLACES} here={here} />
        </nav>
      </div>
      <search>
        <form action="/search">
          <input
            type="search"
            name="q"
            value={search}
            required
            aria-label="Search for an event"
            placeholder="Event, repository:tag, digest"
          />
        </form>
      </search>
    </>
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

/** What live updates replace. */
const LIVE = ' data-live="true"';
/** For those without scripts, which such a page keeps current by loading it again. */
const REFRESH = '<noscript><meta http-equiv="refresh" content="30"/></noscript></head>';

/** A quoted attribute may contain a `>`. */
const TAG_OR_TEXT = /<(?:"[^"]*"|[^">])*>|[^<]+/g;

/**
 * The document as HTML. The renderer escapes markup; control and format characters of texts are written out here.
 * Attributes are left alone: forms and links need exact values.
 */
export function page(props: LayoutProps): string {
  const html = renderToString(
    <Access.Provider value={props}>
      <Layout {...props} />
    </Access.Provider>,
  );
  const shown = html.replace(TAG_OR_TEXT, (part) => (part.startsWith('<') ? part : printableLines(part)));
  return `<!doctype html>${shown.includes(LIVE) ? shown.replace('</head>', REFRESH) : shown}`;
}
