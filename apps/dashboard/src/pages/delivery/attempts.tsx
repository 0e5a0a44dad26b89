/** Every attempt of a delivery: status and time of each; of a failed one also the answer. */
import { formatDuration, formatNumber, type HistoryStep } from '@longshore/event';
import { describeReason } from '@longshore/operator/format';
import { At, Heads, Text } from '../parts.js';

/** One attempt, as the history has it. */
export type Attempt = Extract<HistoryStep, { step: 'attempted' }>;

/** Of a new connection, in the order in which they happen. */
const steps = (opening: NonNullable<Attempt['opening']>): string =>
  (['dns', 'connect', 'tls'] as const)
    .flatMap((step) => (opening[step] === undefined ? [] : `${step} ${formatDuration(opening[step])}`))
    .join(', ');

const RESULTS = { delivered: 'delivered', retry: 'failed', dead: 'failed; dead-lettered' };
const TONES = { delivered: 'good', retry: 'warn', dead: 'bad' };

/** @param counted attempts that ended, as the queue counts them */
export function Attempts({ attempts, counted }: { attempts: readonly Attempt[]; counted: number }) {
  const missing = Math.max(0, counted - attempts.length);
  return (
    <>
      {attempts.length > 0 && (
        <table class="cards">
          <caption class="hidden">Attempts, the newest first</caption>
          <Heads columns={[{ number: 'Attempt' }, 'When', 'Result', 'Answer', { number: 'Took' }]} />
          <tbody>
            {attempts.toReversed().map((attempt) => (
              <Row key={`${attempt.at} ${attempt.attempt}`} attempt={attempt} />
            ))}
          </tbody>
        </table>
      )}
      {attempts.length === 0 && counted === 0 && <p class="soft">None yet.</p>}
      {missing > 0 && (
        <p class="soft">
          {formatNumber(missing)} more: the history no longer has {missing === 1 ? 'it' : 'them'}.
        </p>
      )}
    </>
  );
}

function Row({ attempt }: { attempt: Attempt }) {
  const { outcome, status, reason, ms, at, detail, answer, batch, opening } = attempt;
  return (
    <tr>
      <td class="number" data-label="Attempt">
        {formatNumber(attempt.attempt)}
      </td>
      <td class="nowrap" data-label="When">
        <At at={at} />
      </td>
      <td data-label="Result">
        <span class={`state ${TONES[outcome]}`}>{RESULTS[outcome]}</span>
        {batch !== undefined && <span class="soft"> in a batch of {formatNumber(batch)}</span>}
      </td>
      <td class="break" data-label="Answer">
        {status !== undefined && <code>{status} </code>}
        {outcome === 'delivered' ? '' : (detail ?? describeReason(reason))}
        {answer && (
          <details>
            <summary>response body</summary>
            <Text name="Answer">{answer}</Text>
          </details>
        )}
      </td>
      <td class="number" data-label="Took">
        {formatDuration(ms)}
        {opening && <span class="soft nowrap"> {steps(opening)}</span>}
      </td>
    </tr>
  );
}
