/** What the frame has for live updates and keys; both are shown by the script only. */

/** When the page was updated, and the button that pauses it. */
export function LiveBar() {
  return (
    <p class="live-bar" data-bar hidden>
      <span data-updated>Live</span> <button type="button">Stop updates</button>
    </p>
  );
}

const KEYS = [
  { key: '/', text: 'search' },
  { key: 'j', text: 'next row' },
  { key: 'k', text: 'previous row' },
  { key: 'Enter', text: 'open the row' },
  { key: 'r', text: 'refresh' },
  { key: '?', text: 'these keys' },
];

/** The keys, in a dialog. */
export function Keys() {
  return (
    <dialog data-keys aria-labelledby="keys">
      <h2 id="keys">Keys</h2>
      <dl>
        {KEYS.map(({ key, text }) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
