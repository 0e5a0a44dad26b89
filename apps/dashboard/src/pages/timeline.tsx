/** The steps of an event, one line each, in words. */
import type { TrailStep } from '@longshore/queue/operator';
import type { ComponentChildren } from 'preact';
import { ruleInWords, stepInWords } from '../operate/trail-words.js';
import { At, count, number, Text } from './parts.js';

export function Steps({ steps }: { steps: readonly TrailStep[] }) {
  return (
    <ol class="timeline">
      {steps.map((step, index) => (
        // Steps have no name of their own, and their order does not change.
        <li key={index}>
          <At at={step.at} />
          <Step step={step} />
        </li>
      ))}
    </ol>
  );
}

function Step({ step }: { step: TrailStep }): ComponentChildren {
  switch (step.step) {
    case 'received':
      return <Received {...step} />;
    case 'attempted':
      return <Attempted {...step} />;
    case 'quarantined':
      return `${stepInWords(step)}: ${step.reason} (${number(step.bytes)} bytes)`;
    case 'unquarantined':
      return stepInWords(step);
    case 'settled':
      return `${step.endpoint}: ${stepInWords(step)}${step.detail ? `: ${step.detail}` : ''}`;
    default:
      return `${step.endpoint}: ${stepInWords(step)}`;
  }
}

function Received(step: Extract<TrailStep, { step: 'received' }>) {
  const { source, kind, nativeType, remote, actor, planned, ignored } = step;
  const known = planned.filter((delivery) => delivery.known);
  const from = [remote && `from ${remote}`, actor && `of ${actor}`].filter(Boolean).join(', ');
  return (
    <>
      received as {nativeType} through {source}
      {kind !== source && ` (${kind})`}
      {from && `, ${from}`}: {count(planned.length - known.length, 'delivery', 'deliveries')} made
      {known.length > 0 && `, ${known.length} known already`}
      {ignored.length > 0 && (
        <div class="soft">
          ignored: {ignored.map(({ endpoint, rule }) => `${endpoint} by ${ruleInWords(rule)}`).join('; ')}
        </div>
      )}
    </>
  );
}

const TONES = { delivered: 'good', retry: 'warn', dead: 'bad' };
const CAME_TO = { delivered: 'delivered', retry: 'failed', dead: 'failed for good' };

function Attempted(step: Extract<TrailStep, { step: 'attempted' }>) {
  const { endpoint, attempt, outcome, reason, status, ms, detail, answer, retryAt } = step;
  return (
    <>
      {endpoint}: attempt {attempt} <span class={TONES[outcome]}>{CAME_TO[outcome]}</span>, {status ?? reason}
      , in {number(Math.round(ms))} ms
      {detail && <div>{detail}</div>}
      {retryAt && (
        <div class="soft">
          next attempt <At at={retryAt} />
        </div>
      )}
      {answer && (
        <details>
          <summary>the answer</summary>
          <Text name="Answer">{answer}</Text>
        </details>
      )}
    </>
  );
}
