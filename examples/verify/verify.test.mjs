/** Each sample that checks a signature, run as its first lines say, against what an endpoint signs. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createSign } from '../../packages/signing/dist/index.js';
import { eventually, hasTool, runProcess } from '../../packages/testkit/dist/index.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = Buffer.from('{"events":[{"id":"caf\u00e9"}]}');
const sample = (name) => fileURLToPath(new URL(name, import.meta.url));

const CASES = {
  'a signed request': [{}, 204],
  'one that is signed with a new and the old secret': [{ secrets: ['new', SECRET] }, 204],
  'an asymmetric signature beside it': [
    { secrets: [SECRET, `whsk_${Buffer.alloc(32, 1).toString('base64')}`] },
    204,
  ],
  'one with another secret': [{ secrets: ['other'] }, 401],
  'another body': [{ body: '{"events":[]}' }, 401],
  'one that is six minutes old': [{ away: -360_000 }, 401],
  'one from six minutes ahead': [{ away: 360_000 }, 401],
  'one without a signature': [{ headers: {} }, 401],
  'a time that is no number': [{ more: { 'webhook-timestamp': 'now' } }, 401],
};

test.each(
  [
    ['Node.js', process.execPath, 'verify.mjs'],
    ['Python', 'python3', 'verify.py'],
    ['Java', 'java', 'Verify.java'],
  ].filter(([, program]) => program === process.execPath || hasTool(program)),
)('the sample for %s accepts what is signed, and nothing else', async (_, program, file) => {
  const child = runProcess(program, [sample(file)], { env: { WEBHOOK_SECRET: SECRET, PORT: '0' } });
  const [, port] = await eventually(
    () => child.stdout.match(/listening on (\d+)/),
    (found) => found !== null,
    { what: 'the port' },
  );
  const answers = {};
  for (const [name, [request]] of Object.entries(CASES)) answers[name] = await statusOf(port, request);
  expect(answers).toEqual(
    Object.fromEntries(Object.entries(CASES).map(([name, [, status]]) => [name, status])),
  );
});

async function statusOf(port, { secrets = [SECRET], away = 0, body = BODY, headers, more }) {
  const signed =
    headers ?? createSign({ scheme: 'standard', secrets })(BODY, { id: 'd1', at: Date.now() + away });
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    body,
    headers: { ...signed, ...more },
  });
  return answer.status;
}
