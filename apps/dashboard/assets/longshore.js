/**
 * Keeps what changes on a page up to date without a reload: every few seconds the element with `data-live` is
 * replaced by that of the same page, asked for anew. Pages work without this script.
 */
const EVERY = 5_000;

async function refresh() {
  const live = document.querySelector('[data-live]');
  if (!live || document.hidden) return;
  const focused = document.activeElement;
  // Never from under the hands of somebody who is typing or choosing.
  if (live.contains(focused) && !focused.matches('a')) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = page.querySelector('[data-live]');
  // A page without it has come to its end, such as a retry that is done.
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
  setTimeout(tick, EVERY);
}

setTimeout(tick, EVERY);
