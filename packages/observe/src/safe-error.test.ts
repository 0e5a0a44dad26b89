import { LongshoreError } from '@longshore/event';
import { expect, test } from 'vitest';
import { safeError } from './safe-error.js';
import { observed } from './testing/observed.js';

function failing(message: string, more: object, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), more);
}

test('of an error the name, code and message are logged, and nothing that hangs on it', () => {
  const { observer, lines } = observed();
  const secret = { headers: { authorization: 'Bearer s3cret' }, password: 's3cret' };
  const cause = failing('connect ECONNREFUSED', { code: 'ECONNREFUSED', options: secret });
  const err = failing(
    'no answer',
    { code: 'ERR_GOT_REQUEST', options: secret, request: secret, command: secret },
    cause,
  );
  observer.log.error({ err }, 'it failed');
  expect(JSON.stringify(lines())).not.toContain('s3cret');
  expect(lines()[0]).toMatchObject({
    msg: 'it failed',
    err: {
      name: 'Error',
      code: 'ERR_GOT_REQUEST',
      message: 'no answer',
      cause: { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' },
    },
  });
});

test('a fault of our own has its stack, an error with a code has none', () => {
  expect(safeError(new TypeError('x is not a function')).stack).toContain('safe-error.test');
  expect(safeError(new LongshoreError('INTERNAL', 'a fault')).stack).toContain('safe-error.test');
  expect(safeError(new LongshoreError('QUEUE_UNAVAILABLE', 'Redis is unavailable')).stack).toBeUndefined();
});

test('userinfo of a url in a message is masked', () => {
  const { message } = safeError(
    new Error('cannot reach redis://user:s3cret@redis:6379/0 nor http://tok3n@a/'),
  );
  expect(message).toBe('cannot reach redis://***@redis:6379/0 nor http://***@a/');
});

test('errors of several addresses are all listed', () => {
  const error = new AggregateError([new Error('::1'), new Error('127.0.0.1')], 'both failed');
  expect(safeError(error).errors?.map(({ message }) => message)).toEqual(['::1', '127.0.0.1']);
});

test('what is thrown without being an error, and an error that causes itself, are logged too', () => {
  expect(safeError('boom')).toEqual({ name: 'Error', message: 'boom' });
  const error = new Error('round');
  error.cause = error;
  expect(JSON.stringify(safeError(error)).match(/"round"/g)).toHaveLength(5);
});
