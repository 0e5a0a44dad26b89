/** Bulk operations: those of the last days, and the progress of one. */
import { formatDuration, formatNumber, plural } from '@longshore/event';
import type { BulkJob } from '@longshore/operator/bulk';
import { Ago, Heads } from '../parts.js';
import { Submit } from '../submit.js';

const STATES: Record<BulkJob['state'], string> = {
  running: 'Running',
  done: 'Done',
  stopped: 'Stopped',
  failed: 'Failed',
};

/** What each action has done, what it leaves out and why, and the page that it is about. */
const WORDS: Record<BulkJob['action'], { name: string; done: string; skipped: string; from: Place }> = {
  retry: {
    ...{ name: 'Retry of dead letters', done: 'retried' },
    ...{ skipped: 'no longer in the dead-letter set', from: { href: '/dead', text: 'Dead letters' } },
  },
  drop: {
    ...{ name: 'Deletion of dead letters', done: 'deleted' },
    ...{ skipped: 'no longer in the dead-letter set', from: { href: '/dead', text: 'Dead letters' } },
  },
  replay: {
    ...{ name: 'Replay', done: 'enqueued', from: { href: '/events', text: 'Events' } },
    skipped: 'already accepted, waiting, or excluded by the rules of the endpoint',
  },
  'quarantine.retry': {
    ...{ name: 'Retry of quarantine', done: 'accepted', from: { href: '/quarantine', text: 'Quarantine' } },
    skipped: 'not accepted',
  },
};

interface Place {
  href: string;
  text: string;
}

const pathOf = (id: string): string => `/operations/${encodeURIComponent(id)}`;
const thingsOf = ({ action }: BulkJob, count: number): string =>
  action === 'quarantine.retry' ? plural(count, 'request') : plural(count, 'delivery', 'deliveries');

/** The list. */
export function OperationsPage({ jobs, now }: { jobs: readonly BulkJob[]; now: number }) {
  return (
    <div data-live={jobs.some(({ state }) => state === 'running') || undefined}>
      <h1>Operations</h1>
      {jobs.length === 0 ? (
        <p class="soft">No bulk retry, deletion or replay yet.</p>
      ) : (
        <table class="cards">
          <caption class="hidden">Bulk retries, deletions and replays, newest first</caption>
          <Heads
            columns={['Operation', 'State', { number: 'Done' }, { number: 'Left' }, 'Started', 'Filter']}
          />
          <tbody>
            {jobs.map((job) => (
              <tr key={job.id}>
                <th scope="row">
                  <a href={pathOf(job.id)}>{WORDS[job.action].name}</a>
                </th>
                <td data-label="State">{STATES[job.state]}</td>
                <td class="number" data-label="Done">
                  {formatNumber(job.done)}
                </td>
                <td class="number" data-label="Left">
                  {formatNumber(Math.max(0, job.total - job.looked))}
                </td>
                <td data-label="Started">
                  <Ago at={job.startedAt} now={now} />
                </td>
                <td class="break">{filterOf(job)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function filterOf({ query }: BulkJob): string {
  const { id, ...fields } = { id: undefined, ...query };
  const parts = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  const ids = id === undefined ? [] : [id].flat();
  if (ids.length > 0) parts.push(`${ids.length} selected`);
  return parts.join(', ') || 'all';
}

/** The progress of one. */
export function OperationPage({ job, now }: { job: BulkJob; now: number }) {
  const { action, total, looked, done, skipped, holding, state, error } = job;
  const { from, ...words } = WORDS[action];
  return (
    <div data-live={state === 'running' || undefined}>
      <h1>
        {words.name}: {STATES[state].toLowerCase()}
      </h1>
      <p role="status">
        {thingsOf(job, done)} {words.done}
        {skipped > 0 && `, ${formatNumber(skipped)} skipped (${words.skipped})`}
      </p>
      <progress max={Math.max(1, total)} value={state === 'done' ? Math.max(1, total) : looked}>
        {formatNumber(looked)} of {formatNumber(total)}
      </progress>
      <p class="soft">
        {formatNumber(looked)} of {formatNumber(total)} checked{paceOf(job)} · started{' '}
        <Ago at={job.startedAt} now={now} /> · {filterOf(job)}
      </p>
      {holding.length > 0 && <p class="note">Waiting for a full backlog to drain: {holding.join(', ')}.</p>}
      {job.blocked.map(({ endpoint, why }) => (
        <p class="note" key={endpoint}>
          {endpoint}: {why}.
        </p>
      ))}
      {'waits' in job && job.waits && <p class="note">Waiting: {job.waits}</p>}
      {'reasons' in job && job.reasons.map((reason) => <p key={reason}>Not accepted: {reason}</p>)}
      {'run' in job && job.run && (
        <p class="soft">
          Replay {job.run}
          {job.query.endpoint && ` to ${job.query.endpoint}`}
        </p>
      )}
      {error && <p class="note bad">{error}</p>}
      <Buttons job={job} from={from} />
    </div>
  );
}

/** ` · 100 a second, 3m left` */
function paceOf({ rate, state, total, looked }: BulkJob): string {
  if (rate === 0) return '';
  const left =
    state === 'running' ? `, at least ${formatDuration(((total - looked) / rate) * 1_000)} left` : '';
  return ` · ${formatNumber(rate)} a second${left}`;
}

function Buttons({ job, from }: { job: BulkJob; from: Place }) {
  const { id, state } = job;
  const hasRest = state === 'stopped' || state === 'failed';
  return (
    <div class="row">
      {state === 'running' && (
        <form method="post" action={`${pathOf(id)}/cancel`}>
          <Submit>Stop</Submit>
        </form>
      )}
      {hasRest && (
        <form method="post" action={`${pathOf(id)}/continue`}>
          <Submit
            class="main"
            needs={job.action === 'drop' && job.query.id?.length !== 1 ? 'admin' : 'operator'}
          >
            Continue
          </Submit>
        </form>
      )}
      <a class="button" href={from.href}>
        {from.text}
      </a>
      <a class="button" href="/operations">
        Operations
      </a>
    </div>
  );
}
