import { expect, test } from 'vitest';
import { createSources } from '../../sources.js';
import { eventgrid } from './index.js';

const auth = { token: ['grid-token'] };
const sources = createSources({ sources: [{ name: 'azure', kind: 'eventgrid', auth }] }, [eventgrid]);

function options(path: string) {
  const headers = { 'webhook-request-origin': 'eventgrid.azure.net', 'webhook-request-rate': '120' };
  return sources.open({ method: 'OPTIONS', path, headers, body: Buffer.from(''), receivedAt: 0 });
}

test('the validation of a subscription in the CloudEvents schema is answered', async () => {
  const { respond } = await options('/sources/azure/grid-token');
  expect(respond).toMatchObject({
    status: 200,
    headers: { 'WebHook-Allowed-Origin': 'eventgrid.azure.net', 'WebHook-Allowed-Rate': '*' },
  });
});

test('a subscription is not validated without the secret', async () => {
  await expect(options('/sources/azure')).rejects.toMatchObject({ code: 'SOURCE_UNAUTHORIZED' });
});
