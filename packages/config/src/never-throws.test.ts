import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configFrom } from './read.js';

const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const keys = fc.constantFrom(
  'notifications',
  'endpoints',
  'name',
  'url',
  'headers',
  'timeout',
  'ignore',
  'auth',
  'x',
);
const value = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('node')), fc.dictionary(keys, tie('node'))),
})).node;

test('nothing that a file holds makes reading throw', { timeout: 180_000 }, () => {
  const endpoint = fc.dictionary(keys, value);
  const config = fc.record({
    notifications: fc.record({ endpoints: fc.array(endpoint) }),
    redis: value,
    ingest: value,
  });
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'ab:-[]{},&*!|>#"\'%@` \n\t?<') }),
    value.map((tree) => JSON.stringify(tree)),
    config.map((tree) => JSON.stringify(tree)),
  );
  const env = fc.dictionary(
    fc.constantFrom(
      'LONGSHORE_INGEST',
      'LONGSHORE_INGEST_LISTEN',
      'LONGSHORE_REDIS_CLUSTER',
      'LONGSHORE_X',
      'LONGSHORE_',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(text, env, (written, variables) => {
      const { config: usable, problems } = configFrom(Buffer.from(written), variables);
      expect(usable === undefined).toBe(problems.some(({ level }) => level === 'error'));
    }),
  );
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void configFrom(Buffer.from(bytes), {})));
});
