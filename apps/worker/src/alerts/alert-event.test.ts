import type { AlertConfig } from '@longshore/config';
import { deliveryOf } from '@longshore/event';
import { formatNamed } from '@longshore/formats';
import { expect, test } from 'vitest';
import { aFinding, aLook, aReceiver, failingPulse, MINUTE, NOW } from '../testing/alerts.js';
import { alertEvent } from './alert-event.js';
import { commandWord } from './command-word.js';
import type { Message } from './decide.js';
import { findingsFor } from './finding.js';

const finding = findingsFor(aReceiver(), aLook([failingPulse()]), NOW).get('failing one') ?? aFinding();
const firing: Message = { state: 'firing', since: NOW - 6 * MINUTE, finding };

/** What a receiver of that format gets, through a delivery as it is stored. */
function bodyFor(format: AlertConfig['format'], message: Message) {
  const stored = JSON.parse(JSON.stringify(deliveryOf(alertEvent('id', message, NOW), 'alerts/oncall')));
  return JSON.parse(formatNamed(format)?.render([stored], { annotate: false })?.toString() ?? '');
}

test('JSON has what happened, since when, the next step and the numbers', () => {
  expect(bodyFor('json', firing)).toEqual({
    alert: 'failing',
    endpoint: 'one',
    state: 'firing',
    summary: 'one has failed for 6m, last answer 503',
    since: '2026-11-21T02:54:00.000Z',
    at: '2026-11-21T03:00:00.000Z',
    next: 'one.example.com:443 answered 503 Service Unavailable: it has too much to do for now. Waiting deliveries are delivered by themselves once it is fixed',
    runbook: 'docs/runbooks/sink.md#notification-failed',
    details: {
      state: 'failing',
      ...{ waiting: 0, active: 0, delayed: 3, dead: 0, failures: 31 },
      oldest: '2026-11-21T02:53:00.000Z',
      failingSince: '2026-11-21T02:54:00.000Z',
      lastError: {
        ...{ at: '2026-11-21T02:59:59.000Z', attempt: 4, status: 503, reason: 'http_503' },
        detail: expect.any(String),
      },
    },
  });
});

test('Slack gets three lines with the next step, and one when it is over', () => {
  expect(bodyFor('slack', firing)).toEqual({
    text: `:rotating_light: *Longshore:* one has failed for 6m, last answer 503
*Next:* one.example.com:443 answered 503 Service Unavailable: it has too much to do for now. Waiting deliveries are delivered by themselves once it is fixed
*Runbook:* docs/runbooks/sink.md#notification-failed`,
  });
  const over = { ...finding, summary: 'one delivers again' };
  expect(bodyFor('slack', { ...firing, state: 'resolved', finding: over })).toEqual({
    text: ':white_check_mark: *Longshore, resolved:* one delivers again',
  });
});

test('a name cannot mention anybody in Slack', () => {
  const finding = aFinding({ summary: '<!channel> & <http://x|y> has failed' });
  const { text } = bodyFor('slack', { ...firing, finding });
  expect(text).toContain('&lt;!channel&gt; &amp; &lt;http://x|y&gt; has failed');
});

test.each([
  ['alistener', 'alistener'],
  ['harbor prod', "'harbor prod'"],
  ["o'brien; rm -rf /", "'o'\\''brien; rm -rf /'"],
])('%s is %s in a command', (name, word) => expect(commandWord(name)).toBe(word));

test('an alert is an event of class other, in the form of the registry’s own', () => {
  const { event, payload } = alertEvent('id', firing, NOW);
  expect(event).toMatchObject({ id: 'id', class: 'other', action: 'alert.firing', target: {} });
  expect(payload.event).toMatchObject({ id: 'id', action: 'alert.firing', body: { alert: 'failing' } });
});
