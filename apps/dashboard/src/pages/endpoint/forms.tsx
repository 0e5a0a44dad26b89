/** What an operator does with an endpoint. */
import { formatNumber } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { At, link } from '../parts.js';
import { Submit } from '../submit.js';

/** Of one endpoint, and the path of its page. */
export interface EndpointFormProps {
  overview: EndpointOverview;
  path: string;
}

/** All of its dead letters: the next page shows what will happen, and asks. */
export function RetryLink({ overview: { name: endpoint, pulse } }: Pick<EndpointFormProps, 'overview'>) {
  if (pulse.dead === 0) return null;
  return (
    <a class="button main" href={link('/dead/retry', { endpoint })}>
      Retry {formatNumber(pulse.dead)}
    </a>
  );
}

/** Not for endpoints to which nothing is sent at present: the test would wait. */
export function TestForm({ overview, path }: EndpointFormProps) {
  const { kind, blocked, state } = overview;
  const isReceiver = kind !== undefined && !['preheat', 'copy', 'archive', 'alert'].includes(kind);
  if (!isReceiver || blocked !== undefined || state.name === 'held') return null;
  return (
    <form method="post" action={`${path}/test`}>
      <Submit title="A push of acme/app:longshore-test in this endpoint’s format, past its rules, with one attempt.">
        Send a test event
      </Submit>
    </form>
  );
}

/** A held endpoint is probed at once; while it is paused, resuming it comes first. */
export function ProbeForm({ overview, path }: EndpointFormProps) {
  if (overview.state.name !== 'held') return null;
  return (
    <form method="post" action={`${path}/resume`}>
      <Submit class="main" title="One delivery is attempted. If the receiver accepts it, the others follow.">
        Probe now
      </Submit>
    </form>
  );
}

/** What keeps it from delivering, with the button that ends it. */
export function PauseForm({
  overview: { pulse, pausedByConfig, pause, configured },
  path,
}: EndpointFormProps) {
  if (pulse.pausedByOperator) {
    return (
      <form class="note" method="post" action={`${path}/resume`}>
        <p>
          Paused{pause?.by && ` by ${pause.by}`}
          {pause?.since !== undefined && (
            <>
              {' '}
              since <At at={pause.since} />
            </>
          )}
          {pause?.reason && `: ${pause.reason}`}. New events are queued.
        </p>
        <Submit>Resume</Submit>
      </form>
    );
  }
  if (pausedByConfig) {
    return (
      <p class="note">
        Paused in the configuration. Set <code>paused: false</code> there to resume.
      </p>
    );
  }
  if (!configured) return null;
  return (
    <form class="filter" method="post" action={`${path}/pause`}>
      <input
        name="reason"
        maxlength={200}
        autocomplete="off"
        aria-label="Reason (optional)"
        placeholder="Reason (optional)"
      />
      <Submit title="New events are queued, and delivered when you resume.">Pause</Submit>
    </form>
  );
}
