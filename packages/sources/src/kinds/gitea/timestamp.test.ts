/** `created_at` is the time of the push, so nothing but a push has it. */
import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { gitea } from './index.js';

function eventOf(action: string) {
  const pkg = {
    type: 'container',
    owner: { login: 'acme' },
    name: 'api',
    version: '1',
    created_at: '2025-01-01T00:00:00Z',
  };
  const headers = { 'x-gitea-event': 'package', 'x-gitea-delivery': action };
  const body = Buffer.from(JSON.stringify({ action, package: pkg }));
  return openWith(gitea, { method: 'POST', path: '/', headers, body, receivedAt: 0 }).taken[0]?.event;
}

test('a delete has no timestamp, since Gitea does not send when it happened', () => {
  expect(eventOf('created')?.timestamp).toBe('2025-01-01T00:00:00Z');
  expect(eventOf('deleted')).toMatchObject({ action: 'delete' });
  expect(eventOf('deleted')?.timestamp).toBeUndefined();
  expect(eventOf('tomorrow')?.timestamp).toBeUndefined();
});
