/** Pages that say one thing: what was done, what is under way, what went wrong and what to do. */
import { count, number } from './parts.js';

export interface MessageProps {
  title: string;
  /** One paragraph each. */
  words: readonly string[];
  tone?: 'good' | 'warn' | 'bad';
  /** Where to go on. */
  links?: readonly { href: string; words: string }[];
}

export function Message({ title, words, tone = 'bad', links = [] }: MessageProps) {
  return (
    <>
      <div class={`verdict ${tone}`} role="status">
        <h1>{title}</h1>
        {words.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <p class="row">
        {links.map(({ href, words: name }) => (
          <a key={href} class="button" href={href}>
            {name}
          </a>
        ))}
      </p>
    </>
  );
}

/** A retry or drop of many, as it goes on in this process. */
export interface OperationView {
  id: string;
  act: 'retry' | 'drop';
  total: number;
  looked: number;
  done: number;
  skipped: number;
  /** Endpoints that are given time to deliver what they have. */
  holding: readonly string[];
  state: 'running' | 'done' | 'stopped' | 'failed';
  /** Why it failed. */
  error?: string;
}

const DID = { retry: 'retried', drop: 'dropped' };

export function Operation({ id, act, total, looked, done, skipped, holding, state, error }: OperationView) {
  const running = state === 'running';
  const title = {
    running: act === 'retry' ? 'Retrying' : 'Dropping',
    done: 'Done',
    stopped: 'Stopped before the end',
    failed: 'Failed',
  }[state];
  return (
    <div data-live={running || undefined}>
      <h1>{title}</h1>
      <p role="status">
        {count(done, 'dead delivery', 'dead deliveries')} {DID[act]}
        {skipped > 0 && `, ${number(skipped)} skipped: they had left the dead-letter set meanwhile`}
      </p>
      <progress max={Math.max(1, total)} value={state === 'done' ? Math.max(1, total) : looked}>
        {number(looked)} of {number(total)}
      </progress>
      <p class="soft">
        {number(looked)} of {number(total)} looked at
      </p>
      {holding.length > 0 && (
        <p class="note">{holding.join(', ')}: enough is waiting there; it goes on as that is delivered.</p>
      )}
      {error && <p class="note bad">{error}</p>}
      <div class="row">
        {running && (
          <form method="post" action={`/operations/${encodeURIComponent(id)}/cancel`}>
            <button type="submit">Stop</button>
          </form>
        )}
        <a class="button" href="/dead">
          Dead letters
        </a>
        <a class="button" href="/">
          Endpoints
        </a>
      </div>
    </div>
  );
}
