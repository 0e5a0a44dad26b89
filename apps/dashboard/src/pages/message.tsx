/** Pages with one message: a result, an error and what to do about it, or the progress of a bulk action. */
import { formatNumber, plural } from '@longshore/event';
import type { BulkJob } from '@longshore/operator';
import { Submit } from './submit.js';

/** The message. */
export interface MessageProps {
  title: string;
  /** One paragraph each. */
  text: readonly string[];
  tone?: 'good' | 'warn' | 'bad';
  /** Buttons below it. */
  links?: readonly { href: string; text: string }[];
}

/** The page. */
export function Message({ title, text, tone = 'bad', links = [] }: MessageProps) {
  return (
    <>
      <div class={`verdict ${tone}`} role="status">
        <h1>{title}</h1>
        {text.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
      <p class="row">
        {links.map(({ href, text: name }) => (
          <a key={href} class="button" href={href}>
            {name}
          </a>
        ))}
      </p>
    </>
  );
}

const TITLES: Record<BulkJob['state'], string> = {
  running: 'Running',
  done: 'Done',
  stopped: 'Cancelled',
  failed: 'Failed',
};
const DONE = { retry: 'retried', drop: 'deleted' };

/** The progress of a bulk action. */
export function BulkJobPage({ job }: { job: BulkJob }) {
  const { id, action, total, looked, done, skipped, holding, state, error } = job;
  const running = state === 'running';
  return (
    <div data-live={running || undefined}>
      <h1>{TITLES[state]}</h1>
      <p role="status">
        {plural(done, 'delivery', 'deliveries')} {DONE[action]}
        {skipped > 0 && `, ${formatNumber(skipped)} skipped (no longer in the dead-letter set)`}
      </p>
      <progress max={Math.max(1, total)} value={state === 'done' ? Math.max(1, total) : looked}>
        {formatNumber(looked)} of {formatNumber(total)}
      </progress>
      <p class="soft">
        {formatNumber(looked)} of {formatNumber(total)} checked
      </p>
      {holding.length > 0 && <p class="note">Waiting for a full backlog to drain: {holding.join(', ')}.</p>}
      {error && <p class="note bad">{error}</p>}
      <div class="row">
        {running && (
          <form method="post" action={`/operations/${encodeURIComponent(id)}/cancel`}>
            <Submit>Cancel</Submit>
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
