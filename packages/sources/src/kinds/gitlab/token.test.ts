import { expect, test } from 'vitest';
import { storableBody } from '../../kept.js';
import { openWith } from '../../testing/contract.js';
import { acr } from '../acr/index.js';
import { cloudevents } from '../cloudevents/index.js';
import { github } from '../github/index.js';
import { gitlab } from './index.js';

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJ1c2VyIjoiYWxpY2UifQ.c2ln';

function everything(body: string): string {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from(body), receivedAt: 0 };
  const { taken, quarantined } = openWith(gitlab, raw);
  expect(taken.length + quarantined.length).toBeGreaterThan(0);
  return JSON.stringify([taken, quarantined.map((item) => item.body.toString())]);
}

test.each([[JWT], ['glpat-s3cret'], [{ token: 's3cret' }]])('actor.user %j is nowhere', (user) => {
  const secret = /eyJ|s3cret/;
  const actor = { name: 'alice', user_type: 'build', user };
  const good = { id: '1', action: 'push', target: { repository: 'a' }, actor };
  for (const event of [good, { ...good, target: 7 }, { ...good, n: 'N' }]) {
    const body = JSON.stringify({ events: [event] }).replace('"N"', '12345678901234567890');
    expect(body).toMatch(secret);
    expect(everything(body)).not.toMatch(secret);
    expect(everything(body)).toContain('user_type');
    const stored = storableBody('gitlab', Buffer.from(body)).toString();
    expect(stored).not.toMatch(secret);
    expect(everything(stored)).toBe(everything(body));
  }
});

test('a token in a body that cannot be read is not kept', () => {
  for (const body of [`{"events":[{"actor":{"user":"${JWT}"`, `{"events":{"actor":{"user":"${JWT}"}}}`]) {
    expect(everything(body)).not.toContain('eyJ');
    for (const kind of ['gitlab', 'distribution', 'unknown']) {
      expect(storableBody(kind, Buffer.from(body)).toString()).not.toContain('eyJ');
    }
  }
});

test('an event that is posted to a source of another kind leaves its token nowhere', () => {
  const event = { action: 'push', target: { repository: 'a' }, actor: { name: 'alice', user: JWT } };
  const whole = JSON.stringify({ events: [event] });
  for (const text of [whole, whole.slice(0, -3)]) {
    const body = Buffer.from(text);
    const raw = { method: 'POST', path: '/', headers: {}, body, receivedAt: 0 };
    for (const kind of [acr, cloudevents, github]) {
      const { taken, quarantined } = openWith(kind, raw);
      expect([taken.length, quarantined.length]).toEqual([0, 1]);
      expect(String(quarantined[0]?.body)).not.toContain('eyJ');
      expect(String(storableBody(kind.kind, body))).not.toContain('eyJ');
    }
  }
  const other = Buffer.from(JSON.stringify({ specversion: '1.0', type: 'a.b', data: { note: JWT } }));
  expect(storableBody('cloudevents', other)).toBe(other);
});

test('a body without a token is kept as it came', () => {
  const body = Buffer.from('{ "events": [{"action": "push", "actor": {"name": "ci"}}] }\n');
  expect(storableBody('gitlab', body)).toBe(body);
  expect(storableBody('nexus', body)).toBe(body);
});
