/** Pages with one message: a result, an error and what to do about it, or the progress of a bulk action. */
import { formatNumber, plural } from '@longshore/event';
import type { BulkJob } from '@longshore/operator';
import type { BulkReplay } from '@longshore/operator/replay';
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
          <p key={line}>{withCode(line)}</p>
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

/** Messages are written for terminals too: what is between backticks is code. */
const withCode = (line: string) =>
  line.split('`').map((part, n) => (n % 2 === 1 ? <code key={part}>{part}</code> : part));

const TITLES: Record<BulkJob['state'], string> = {
  running: 'Running',
  done: 'Done',
  stopped: 'Cancelled',
  failed: 'Failed',
};
const DONE = { retry: 'retried', drop: 'deleted', replay: 'enqueued' };
const SKIPPED = {
  retry: 'no longer in the dead-letter set',
  drop: 'no longer in the dead-letter set',
  replay: 'the endpoint had them, has them waiting, or ignores them',
};

/** The progress of a bulk action. */
export function BulkJobPage({ job }: { job: BulkJob }) {
  const { id, action, total, looked, done, skipped, holding, state, error } = job;
  const running = state === 'running';
  return (
    <div data-live={running || undefined}>
      <h1>{TITLES[state]}</h1>
      <p role="status">
        {plural(done, 'delivery', 'deliveries')} {DONE[action]}
        {skipped > 0 && `, ${formatNumber(skipped)} skipped (${SKIPPED[action]})`}
      </p>
      <progress max={Math.max(1, total)} value={state === 'done' ? Math.max(1, total) : looked}>
        {formatNumber(looked)} of {formatNumber(total)}
      </progress>
      <p class="soft">
        {formatNumber(looked)} of {formatNumber(total)} checked
      </p>
      {holding.length > 0 && <p class="note">Waiting for a full backlog to drain: {holding.join(', ')}.</p>}
      {error && <p class="note bad">{error}</p>}
      {job.action === 'replay' && <ReplayNotes job={job} />}
      <div class="row">
        {running && (
          <form method="post" action={`/operations/${encodeURIComponent(id)}/cancel`}>
            <Submit>Cancel</Submit>
          </form>
        )}
        <a class="button" href={action === 'replay' ? '/events' : '/dead'}>
          {action === 'replay' ? 'Events' : 'Dead letters'}
        </a>
        <a class="button" href="/">
          Endpoints
        </a>
      </div>
    </div>
  );
}

/** Why it waits, and how one that ended early continues. */
function ReplayNotes({ job: { waits, run, state, query } }: { job: BulkReplay }) {
  return (
    <>
      {waits && <p class="note">Waiting: {waits}</p>}
      {run !== undefined && (
        <p class="soft">
          Replay {run}
          {query.endpoint && ` to ${query.endpoint}`}
        </p>
      )}
      {run !== undefined && (state === 'stopped' || state === 'failed') && (
        <form class="row" method="post" action="/replay">
          <input type="hidden" name="resume" value={run} />
          <Submit class="main">Continue</Submit>
        </form>
      )}
    </>
  );
}
