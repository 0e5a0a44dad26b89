/**
 * Live updates: every few seconds the element with `data-live` is replaced by that of a fresh copy of the page. Pages
 * work without this script.
 */
const REFRESH_INTERVAL_MS = 5_000;

async function refresh() {
  const live = document.querySelector('[data-live]');
  if (!live || document.hidden) return;
  const focused = document.activeElement;
  // Not while the user types or selects something in it.
  if (live.contains(focused) && !focused.matches('a')) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('[data-live]');
  // Without it there is nothing left to update, such as when a retry has ended.
  if (!fresh) return location.reload();
  const href = live.contains(focused) ? focused.getAttribute('href') : undefined;
  live.replaceWith(fresh);
  if (href) fresh.querySelector(`a[href="${CSS.escape(href)}"]`)?.focus();
}

async function tick() {
  const stale = document.querySelector('[data-stale]');
  try {
    await refresh();
    if (stale) stale.hidden = true;
  } catch {
    if (stale) stale.hidden = false;
  }
  setTimeout(tick, REFRESH_INTERVAL_MS);
}

setTimeout(tick, REFRESH_INTERVAL_MS);
