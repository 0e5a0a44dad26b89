/**
 * The deliveries of an event: endpoints by attempts. What is not delivered comes first, in full; what went out at the
 * first attempt is one line each behind a summary, so that 100 endpoints stay readable.
 */
import {
  type EventHistory,
  formatDuration,
  formatNumber,
  type HistoryDelivery,
  type HistoryStep,
  plural,
} from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import { deliveryPath } from '../deliveries.js';
import { DeliveryState } from '../delivery/state.js';
import { endpointPath } from '../overview.js';
import { At, Heads } from '../parts.js';

type Attempt = Extract<HistoryStep, { step: 'attempted' }>;

/** What the matrix shows. */
export interface MatrixProps {
  trail: EventHistory;
  /** Why nothing is delivered to an endpoint at present. */
  blocked?: ReadonlyMap<string, string>;
}

/** Columns of attempts; of more the last ones are shown. */
const MAX_ATTEMPTS = 10;
/** With fewer endpoints all of them are shown in full. */
const FEW = 12;

const ORDER: readonly HistoryDelivery['state'][] = [
  'dead',
  'expired',
  'dropped',
  'delayed',
  'active',
  'waiting',
  'unknown',
];
const rank = ({ state }: HistoryDelivery): number => {
  const place = ORDER.indexOf(state);
  return place < 0 ? ORDER.length : place;
};

/** The matrix; nothing when no endpoint wanted the event. */
export function Matrix({ trail, blocked = new Map() }: MatrixProps) {
  const attempts = new Map<string, Attempt[]>();
  for (const step of trail.steps) {
    if (step.step !== 'attempted') continue;
    attempts.set(step.deliveryId, [...(attempts.get(step.deliveryId) ?? []), step]);
  }
  const rows = trail.deliveries
    .map((delivery) => ({ delivery, attempts: attempts.get(delivery.id) ?? [] }))
    .sort((a, b) => rank(a.delivery) - rank(b.delivery));
  if (rows.length === 0) return null;
  const isPlain = ({ delivery: { state }, attempts: own }: Row): boolean =>
    rows.length > FEW && state === 'delivered' && own.length <= 1;
  const plain = rows.filter(isPlain);
  const shown = rows.filter((row) => !isPlain(row));
  return (
    <>
      <p>{summary(trail.deliveries)}</p>
      {shown.length > 0 && <Table rows={shown} blocked={blocked} />}
      {plain.length > 0 && (
        <details>
          <summary>{plural(plain.length, 'endpoint')} delivered at the first attempt</summary>
          <ul class="endpoints">
            {plain.map(({ delivery: { id, endpoint }, attempts: [only] }) => (
              <li key={id}>
                <a href={deliveryPath(id)}>{endpoint}</a>
                {only && (
                  <span class="soft">
                    {' '}
                    {only.status ?? describeReason(only.reason)} in {formatDuration(only.ms)}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface Row {
  delivery: HistoryDelivery;
  attempts: readonly Attempt[];
}

/** `100 endpoints: 97 delivered, 2 delayed, 1 dead-lettered` */
function summary(deliveries: readonly HistoryDelivery[]): string {
  const counts = new Map<string, number>();
  for (const { state } of deliveries) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = Array.from(counts, ([state, count]) => {
    return `${formatNumber(count)} ${state === 'dead' ? 'dead-lettered' : state}`;
  });
  return `${plural(deliveries.length, 'endpoint')}: ${parts.join(', ')}`;
}

function Table({ rows, blocked }: { rows: readonly Row[]; blocked: ReadonlyMap<string, string> }) {
  const most = Math.max(1, ...rows.map(({ attempts }) => attempts.length));
  const columns = Math.min(MAX_ATTEMPTS, most);
  const left = most > columns ? ` (the last ${columns} of ${most})` : '';
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it could not be scrolled by keyboard otherwise
    <section class="matrix" tabIndex={0} aria-label="Endpoints and their attempts">
      <table class="cards">
        <caption class="hidden">{`Endpoints and their attempts, what is not delivered first${left}`}</caption>
        <Heads
          columns={[
            'Endpoint',
            'State',
            ...Array.from({ length: columns }, (_, n) => `${n + 1}`),
            'Next or end',
          ]}
        />
        <tbody>
          {rows.map(({ delivery, attempts }) => {
            const own = attempts.slice(-columns);
            return (
              <tr key={delivery.id}>
                <th scope="row">
                  <a href={endpointPath(delivery.endpoint)}>{delivery.endpoint}</a>
                </th>
                <td data-label="State">
                  <a href={deliveryPath(delivery.id)}>
                    <DeliveryState state={delivery.state} />
                  </a>
                </td>
                {Array.from({ length: columns }, (_, n) => (
                  <Cell key={n} column={n + 1} attempt={own[n]} />
                ))}
                <td class="break" data-label="Next or end">
                  <End delivery={delivery} blocked={blocked.get(delivery.endpoint)} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

const MARKS = { delivered: 'delivered', retry: 'failed', dead: 'failed' };

/** The status or the reason; the rest is on the delivery's page and in the tooltip. */
function Cell({ column, attempt }: { column: number; attempt: Attempt | undefined }) {
  if (!attempt) return <td />;
  const { outcome, status, reason, ms, at, detail } = attempt;
  const title = `attempt ${attempt.attempt}, ${at}: ${detail ?? describeReason(reason)}, in ${formatDuration(ms)}`;
  return (
    <td class={`cell ${MARKS[outcome]}`} data-label={column} title={title}>
      {status ?? reason}
    </td>
  );
}

function End({
  delivery: { until, settledAt, state },
  blocked,
}: {
  delivery: HistoryDelivery;
  blocked?: string;
}) {
  if (blocked !== undefined && (state === 'waiting' || state === 'delayed')) return <>endpoint {blocked}</>;
  if (until) return <At at={until} />;
  return settledAt ? <At at={settledAt} /> : null;
}
