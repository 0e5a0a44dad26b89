/** The history of an event, one line for each step. */

import { formatDuration, formatNumber, type HistoryStep, plural } from '@longshore/event';
import { describeReason, describeRule, describeStep } from '@longshore/operator/format';
import type { ComponentChildren } from 'preact';
import { At, Text } from './parts.js';

/** The list. */
export function Steps({ steps }: { steps: readonly HistoryStep[] }) {
  return (
    <ol class="timeline">
      {steps.map((step, index) => (
        // Steps have no id, and their order does not change.
        <li key={index}>
          <At at={step.at} />
          <Step step={step} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step }: { step: HistoryStep }): ComponentChildren {
  switch (step.step) {
    case 'received':
      return <Received {...step} />;
    case 'attempted':
      return <Attempted {...step} />;
    case 'quarantined':
      return `${describeStep(step)}: ${step.reason} (${formatNumber(step.bytes)} bytes)`;
    case 'unquarantined':
      return describeStep(step);
    case 'settled':
      return `${step.endpoint}: ${describeStep(step)}${step.detail ? `: ${step.detail}` : ''}`;
    default:
      return `${step.endpoint}: ${describeStep(step)}`;
  }
}

function Received(step: Extract<HistoryStep, { step: 'received' }>) {
  const { source, kind, nativeType, remote, actor, planned, ignored } = step;
  const duplicates = planned.filter((delivery) => delivery.known).length;
  const from = [remote && `from ${remote}`, actor && `by ${actor}`].filter(Boolean).join(', ');
  return (
    <>
      received as {nativeType} through {source}
      {kind !== source && ` (${kind})`}
      {from && `, ${from}`}: {plural(planned.length - duplicates, 'delivery', 'deliveries')} enqueued
      {duplicates > 0 && `, ${plural(duplicates, 'duplicate')}`}
      {ignored.length > 0 && (
        <div class="soft">
          ignored: {ignored.map(({ endpoint, rule }) => `${endpoint} by ${describeRule(rule)}`).join('; ')}
        </div>
      )}
    </>
  );
}

const TONES = { delivered: 'good', retry: 'warn', dead: 'bad' };
const RESULTS = { delivered: 'delivered', retry: 'failed', dead: 'failed; dead-lettered' };

function Attempted(step: Extract<HistoryStep, { step: 'attempted' }>) {
  const { endpoint, attempt, outcome, reason, ms, detail, answer, retryAt } = step;
  return (
    <>
      {endpoint}: attempt {attempt} <span class={TONES[outcome]}>{RESULTS[outcome]}</span>,{' '}
      {describeReason(reason)}, in {formatDuration(ms)}
      {detail && <div>{detail}</div>}
      {retryAt && (
        <div class="soft">
          next attempt <At at={retryAt} />
        </div>
      )}
      {answer && (
        <details>
          <summary>response body</summary>
          <Text name="Answer">{answer}</Text>
        </details>
      )}
    </>
  );
}
