/** Logo, icon and footer: what tells one Longshore from another, such as production from staging. */
import type { Site } from '../site.js';

/** A container, afloat. */
const CONTAINER = 'M8 7.5h16v9.5H8zM13.3 7.5v9.5M18.7 7.5v9.5';
const WAVE = 'M5 23.5c1.8 0 1.8-2 3.7-2s1.8 2 3.7 2 1.8-2 3.6-2 1.9 2 3.7 2 1.8-2 3.6-2 1.9 2 3.7 2';

/** The same colours as in the style sheet, which an icon cannot use. */
const GROUNDS: Readonly<Record<Site['colour'], string>> = {
  gray: '#4d5a66',
  red: '#b3261e',
  orange: '#ad4a08',
  yellow: '#7d5a00',
  green: '#146c3a',
  teal: '#0b6675',
  blue: '#1c5bb0',
  purple: '#6b3fb0',
  pink: '#a92a6b',
};

/** The icon of a browser's tab, in the colour of the environment. */
export const icon = (colour: Site['colour'] = 'teal'): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${GROUNDS[colour]}"/><path d="${CONTAINER}${WAVE}" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>`;

/** Logo, name, and the environment. */
export function Brand({ site }: { site?: Site }) {
  return (
    <div class="brand">
      <a class="home" href="/">
        <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
          <rect class="ground" width="32" height="32" rx="8" />
          <path class="mark" d={CONTAINER + WAVE} />
        </svg>
        Longshore
      </a>
      {site?.name && (
        <span class="environment" title={site.name}>
          {site.name}
        </span>
      )}
    </div>
  );
}

/** The footer. */
export function Foot({ site, hasBoard }: { site?: Site; hasBoard?: boolean }) {
  return (
    <footer class="foot">
      <span>Longshore {site?.version}</span>
      {hasBoard && <a href="/queues">Queues in bull-board</a>}
      <a href="/api/v1/openapi.json">API</a>
    </footer>
  );
}
