// Pictures of the dashboard's pages at 360 and 1440 px, light and dark, for the docs and for reviews. Needs a build and
// Chromium; no part of the tests.
//
//   node scripts/pictures.mjs --out DIR [--url URL] [--only NAME,…] [--archive] [--many N] [--beside OLDER_DIR]
//   node scripts/pictures.mjs --docs       # those in docs/pictures
//
// Without --url it starts a relay with an endpoint in every state. --beside makes a page that has each picture of an
// older run beside the new one: DIR/beside.html.
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemo } from './pictures/demo.mjs';
import { takeShown } from './pictures/docs.mjs';

const requireDashboard = createRequire(new URL('../apps/dashboard/package.json', import.meta.url));
const { chromium } = requireDashboard('playwright-core');

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'pictures' },
    url: { type: 'string' },
    only: { type: 'string' },
    archive: { type: 'boolean' },
    docs: { type: 'boolean' },
    many: { type: 'string', default: '0' },
    beside: { type: 'string' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
});

/** By name: an address, or what finds it on a page. */
const PAGES = {
  home: '/',
  failing: '/endpoints/legacy-cmdb',
  delivering: '/endpoints/flux-receiver',
  held: '/endpoints/security-audit',
  broker: '/endpoints/audit-stream',
  dead: '/dead',
  'dead-retry': '/dead/retry?endpoint=legacy-cmdb',
  quarantine: '/quarantine',
  quarantined: { from: '/quarantine', link: 'main tbody a[href^="/quarantine/"]:not(.button)' },
  delivery: { from: '/dead', link: 'main a[href^="/deliveries/"]' },
  search: '/search?q=acme/app',
  events: '/events',
  event: { from: '/events', link: 'main a[href^="/event?"]' },
  explain: '/explain?endpoint=flux-receiver',
  operations: '/operations',
  operation: { from: '/operations', link: 'main a[href^="/operations/"]' },
  replay: '/replay?since=1h',
  doctor: '/doctor?run=1',
  pushes: '/pushes',
  push: { from: '/pushes', link: 'main tbody th a' },
  pulls: '/pulls',
  pull: { from: '/pulls', link: 'main tbody th a' },
  repositories: '/repositories',
  images: '/images',
  statistics: '/statistics',
  unused: '/unused',
  'not-found': '/no-such-page',
};

async function addressOf(page, url, what) {
  if (typeof what === 'string') return url + what;
  await page.goto(url + what.from);
  const href = await page.locator(what.link).first().getAttribute('href', { timeout: 5_000 });
  return url + href;
}

async function takePictures(url) {
  const browser = await chromium.launch({
    executablePath: values.chromium,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    if (values.docs)
      await takeShown(browser, 'docs/pictures', (page, name) => addressOf(page, url, PAGES[name]));
    else await takeAll(browser, url);
  } finally {
    await browser.close();
  }
}

async function takeAll(browser, url) {
  const names = values.only?.split(',') ?? Object.keys(PAGES);
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 1440]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      for (const name of names) {
        const file = `${values.out}/${name}-${width}-${colorScheme}.png`;
        try {
          await page.goto(await addressOf(page, url, PAGES[name]));
          await page.screenshot({ path: file, fullPage: true });
          process.stdout.write(`${file}\n`);
        } catch (error) {
          process.stderr.write(`${file}: ${error.message.split('\n')[0]}\n`);
        }
      }
      await context.close();
    }
  }
}

async function writeBeside(older) {
  const files = (await readdir(values.out)).filter((name) => name.endsWith('.png')).toSorted();
  const rows = [];
  for (const name of files) {
    const old = resolve(older, name);
    const left = await access(old).then(
      () => `<img src="${relative(resolve(values.out), old)}" alt="">`,
      () => 'new',
    );
    rows.push(`<h2>${name}</h2><div>${left}<img src="${name}" alt=""></div>`);
  }
  const style =
    'div{display:grid;grid-template-columns:1fr 1fr;gap:1rem;align-items:start}img{max-width:100%;border:1px solid}';
  await writeFile(
    `${values.out}/beside.html`,
    `<!doctype html><title>Old and new</title><style>${style}</style>${rows.join('\n')}`,
  );
}

if (!values.docs) await mkdir(values.out, { recursive: true });
const archive = values.archive || values.docs;
const demo = values.url ? undefined : await startDemo({ archive, many: Number(values.many) });
try {
  await takePictures(values.url ?? demo.url);
  if (values.beside) await writeBeside(values.beside);
} finally {
  await demo?.stop();
}
