/** Who may change something through the API, and that nothing changes by being looked at. */
import { answers } from '@longshore/operator/schemas';
import { describe, expect, test } from 'vitest';
import { get, post, ROUTES } from '../testing/api.js';
import { endpoints, startDashboard } from '../testing/dashboard.js';

const CHANGES = ROUTES.filter(({ method }) => method === 'post').map(({ path }) => path);

const filled = (path: string): string => path.replaceAll(/\{\w+\}/g, 'one');

describe('who may change', () => {
  test.each(CHANGES)('POST %s is not for forms', async (path) => {
    const dashboard = await startDashboard(endpoints('one'));
    await dashboard.die('one');
    const before = await dashboard.inspector.counts('one');
    const url = `${dashboard.url}/api/v1${filled(path)}`;
    const body = JSON.stringify({ all: true });
    // What a form of another site could send, if its browser sent nothing about where it comes from.
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const headers = type === '' ? undefined : { 'content-type': type };
      const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
      expect([type, response.status]).toEqual([type, 415]);
      answers.problem.parse(await response.json());
    }
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(url, { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get('allow')).toBe('POST');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await response.json()).toMatchObject({ error: 'REQUEST_METHOD' });
    }
    expect(await dashboard.inspector.counts('one')).toEqual(before);
    expect(await dashboard.admin.endpoint('one')).not.toHaveProperty('pause');
  });

  test.each(CHANGES)('POST %s wants the password, where there is one', async (path) => {
    const dashboard = await startDashboard({
      ...endpoints('one'),
      dashboard: { auth: { basic: { ops: 'hunter2' } } },
    });
    await dashboard.die('one');
    const wrong = { authorization: `Basic ${Buffer.from('ops:hunter3').toString('base64')}` };
    for (const headers of [{}, wrong]) {
      const response = await dashboard.post(filled(path), { all: true }, headers as Record<string, string>);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: 'REQUEST_UNAUTHORIZED' });
    }
    expect(await dashboard.inspector.counts('one')).toMatchObject({ dead: 1 });
    expect(await dashboard.admin.endpoint('one')).not.toHaveProperty('pause');
  });

  test.each(CHANGES)(
    'POST %s is refused with dashboard.operate: false, and works while the board is read-only',
    async (path) => {
      const dashboard = await startDashboard({ ...endpoints('one'), dashboard: { operate: false } });
      const refused = await post(dashboard, filled(path), {});
      expect([refused.status, refused.body.error]).toEqual([403, 'REQUEST_REFUSED']);
      expect(refused.body.message).toContain('dashboard.operate');
      await dashboard.apply(endpoints('one'));
      expect((await post(dashboard, filled(path), {})).status).not.toBe(403);
    },
  );

  test('nothing that is read changes anything', async () => {
    const dashboard = await startDashboard(endpoints('one'));
    const { id } = await dashboard.die('one');
    const { client, prefix } = dashboard;
    const keys = async () => (await client.keys(`${prefix}:*`)).toSorted();
    const dump = async () =>
      Promise.all((await keys()).map(async (key) => [key, (await client.dumpBuffer(key))?.toString('hex')]));
    // What the worker has left for some seconds would go by itself meanwhile.
    for (const key of await keys()) if ((await client.pttl(key)) >= 0) await client.del(key);
    const before = await dump();
    for (const { path, method } of ROUTES) {
      if (method !== 'get') continue;
      const query =
        path === '/deliveries' ? '?endpoint=one&state=dead' : path === '/trace' ? '?q=acme/app' : '';
      await get(dashboard, `${path.replace('{name}', 'one').replace('{id}', id)}${query}`);
    }
    expect(await dump()).toEqual(before);
  });
});
