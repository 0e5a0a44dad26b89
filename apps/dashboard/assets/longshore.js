/**
 * Enhances the pages, which work without it: times in the reader's zone, keys, and live updates, by which each element
 * with `data-live` is replaced by that of a fresh copy of the page.
 */
const OPEN_AFTER_MS = 3_000;
const LEAST_BETWEEN_MS = 1_000;
/** So that "12m ago" stays true, also when nothing changes. */
const AGES_EVERY_MS = 1_000;
const POLL_EVERY_MS = 10_000;

// --- Times -----------------------------------------------------------------------------------------------------------

const inZone = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
const zoneName = new Intl.DateTimeFormat('en', { timeZoneName: 'short' });
const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

const zoneOf = (at) => zoneName.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';

function age(at) {
  const seconds = Math.round((Date.now() - at) / 1_000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['s', 1];
  const text = `${Math.floor(Math.abs(seconds) / size)}${unit}`;
  return seconds >= 0 ? `${text} ago` : `in ${text}`;
}

/** Absolute times in the reader's zone, with UTC in the tooltip; ages with both. */
function localTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]:not([data-utc])')) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.dataset.utc = time.title || time.textContent;
    time.dataset.age = time.title ? 'true' : '';
    const local = `${inZone.format(at)} ${zoneOf(at)}`;
    time.title = `${local}\n${time.dataset.utc}`;
    if (!time.dataset.age) time.textContent = local;
  }
}

function freshAges() {
  for (const time of document.querySelectorAll('time[data-age="true"]')) {
    const text = age(new Date(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

// --- Live updates ----------------------------------------------------------------------------------------------------

const bar = document.querySelector('[data-bar]');
const stale = document.querySelector('[data-stale]');
const channel = new BroadcastChannel('longshore');
let updatedAt = Date.now();
let isPaused = sessionStorage.getItem('paused') === 'true';
let isLoading = false;
let isWanted = false;

/** Not while the reader types, selects or has opened something in it. */
function isBusy(live) {
  const focused = document.activeElement;
  if (live.contains(focused) && !focused.matches('a')) return true;
  return live.querySelector('input[type=checkbox]:checked, details[open]') !== null;
}

const partsOf = (root) => [...root.querySelectorAll('[data-live]')];

function replace(live, fresh) {
  const focused = document.activeElement;
  const href = live.contains(focused) ? focused.getAttribute('href') : undefined;
  localTimes(fresh);
  live.replaceWith(fresh);
  if (href) fresh.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus();
}

/**
 * Where the fresh copy comes from. Of a page that chose one of its lists by itself, as an endpoint's does, the one that
 * is open: with its first dead letter it would choose another, under the reader's eyes.
 */
const shownAddress = () =>
  (!location.search && document.querySelector('nav.tabs a[aria-current]')?.href) || location.href;

async function refresh() {
  const parts = partsOf(document);
  if (document.hidden || isPaused || parts.every(isBusy)) return;
  const answer = await fetch(shownAddress(), { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const fresh = partsOf(new DOMParser().parseFromString(await answer.text(), 'text/html'));
  // Without any there is nothing left to update, such as when a retry has ended.
  if (fresh.length !== parts.length) return location.reload();
  for (const [n, live] of parts.entries()) if (!isBusy(live)) replace(live, fresh[n]);
  updatedAt = Date.now();
}

async function update() {
  isWanted = true;
  if (isLoading) return;
  isLoading = true;
  while (isWanted) {
    isWanted = false;
    try {
      await refresh();
      if (stale) stale.hidden = true;
    } catch {
      if (stale) stale.hidden = false;
    }
    await new Promise((resolve) => setTimeout(resolve, LEAST_BETWEEN_MS));
  }
  isLoading = false;
}

function showBar() {
  if (!bar) return;
  const seconds = Math.round((Date.now() - updatedAt) / 1_000);
  bar.querySelector('[data-updated]').textContent = isPaused ? 'Updates stopped' : `Updated ${seconds} s ago`;
  bar.querySelector('button').textContent = isPaused ? 'Start updates' : 'Stop updates';
}

let stream;
let release;
let isQueued = false;

function open() {
  stream = new EventSource('/live');
  stream.addEventListener('changed', () => {
    channel.postMessage('changed');
    update();
  });
}

/** Opens the stream in one of the browser's tabs, which tells the others; a tab that is hidden or paused has none. */
function follow() {
  if (document.hidden || isPaused) {
    stream?.close();
    stream = undefined;
    release?.();
    release = undefined;
    return;
  }
  if (stream || isQueued) return;
  // Only where the page comes over HTTPS or from this machine; elsewhere each tab has a stream.
  if (!navigator.locks) return open();
  isQueued = true;
  navigator.locks.request('longshore-live', () => {
    isQueued = false;
    if (document.hidden || isPaused) return undefined;
    open();
    return new Promise((resolve) => {
      release = resolve;
    });
  });
}

channel.addEventListener('message', ({ data }) => data === 'changed' && update());

if (bar && document.querySelector('[data-live]')) {
  bar.hidden = false;
  bar.querySelector('button').addEventListener('click', () => {
    isPaused = !isPaused;
    sessionStorage.setItem('paused', String(isPaused));
    follow();
    showBar();
    if (!isPaused) update();
  });
  showBar();
  setTimeout(() => {
    follow();
    document.addEventListener('visibilitychange', follow);
  }, OPEN_AFTER_MS);
  // What no event tells of: ages of what waits, and a stream that a proxy holds back.
  setInterval(() => !document.hidden && Date.now() - updatedAt > POLL_EVERY_MS && update(), POLL_EVERY_MS);
}

// --- Keys ------------------------------------------------------------------------------------------------------------

const help = document.querySelector('dialog[data-keys]');
const rows = () => [...document.querySelectorAll('main tbody tr th a, main tbody tr td:first-child a')];

function move(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))]?.focus();
}

const KEYS = {
  '/': () => document.querySelector('input[type=search]')?.focus(),
  j: () => move(1),
  k: () => move(-1),
  r: () => (document.querySelector('[data-live]') && !isPaused ? update() : location.reload()),
  '?': () => (help?.open ? help.close() : help?.showModal()),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.('input, select, textarea')) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

// --- Copying ---------------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll('button[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
  });
}

localTimes(document);
setInterval(() => {
  freshAges();
  showBar();
}, AGES_EVERY_MS);
