import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formPayload, formType } from './form.js';
import type { SourcesConfig } from './source.js';
import { createSources } from './sources.js';
import { readSamples } from './testing/samples.js';

const FORM = 'application/x-www-form-urlencoded';
const typed = (type: string) => ({ 'content-type': type });

describe('the field payload', () => {
  test.each([
    ['payload=%7B%22a%22%3A+1%7D', '{"a": 1}'],
    ['other=1&payload=%C3%A9&more=2', 'é'],
    ['payload={"a":"=b"}', '{"a":"=b"}'],
    ['payload=', ''],
    ['xpayload=1&payload=2', '2'],
  ])('of %s is %j', (body, payload) => {
    expect(formPayload(typed(FORM), Buffer.from(body))?.toString()).toBe(payload);
    expect(
      formPayload(typed('Application/X-WWW-form-urlencoded; charset=utf-8'), Buffer.from(body)),
    ).toBeDefined();
  });

  test.each([['payload'], ['xpayload=1'], ['payload=%'], ['payload=%4'], ['payload=%g0'], ['']])(
    '%j has none',
    (body) => {
      expect(formPayload(typed(FORM), Buffer.from(body))).toBeUndefined();
    },
  );

  test.each(['+', '%41', 'a', '&', '%'])('of 8 MiB of %j is read in linear time', (unit) => {
    const body = Buffer.concat([Buffer.from('payload='), Buffer.alloc(8 * 2 ** 20, unit)]);
    const before = process.cpuUsage();
    formPayload(typed(FORM), body);
    // Microseconds of this process. `replaceAll` takes seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(1_500_000);
  });

  test('is looked for in forms only', () => {
    expect(formPayload(typed('text/plain'), Buffer.from('payload=1'))).toBeUndefined();
    expect(formPayload({}, Buffer.from('payload=1'))).toBeUndefined();
    expect(formType(typed('multipart/form-data; boundary=x'))).toBe('multipart/form-data');
  });
});

describe('a form', () => {
  const [sample] = readSamples(new URL('./kinds/gitea/samples/', import.meta.url)).filter(({ name }) =>
    name.endsWith('as-a-form'),
  );
  if (!sample) throw new Error('the sample is missing');
  const { request } = sample;
  const opened = async (config: SourcesConfig, changed: Partial<typeof request>) =>
    createSources(config)
      .open({ ...request, ...changed })
      .then(
        ({ source, taken, quarantined: [kept], note }) =>
          `${source}: ${kept?.reason ?? note ?? taken.map(({ event }) => event.action).join()}`,
        ({ code }) => code,
      );
  const anyone: SourcesConfig = { sources: [] };

  test('of Gitea is signed by its JSON, or by its bytes as GitHub’s', async () => {
    const path = '/sources/forge';
    const auth = { hmac: { secrets: ['gitea-secret'] } };
    const signing: SourcesConfig = { sources: [{ name: 'forge', kind: 'gitea', auth }] };
    const signed = (bytes: Buffer) => ({
      path,
      headers: {
        ...request.headers,
        'x-gitea-signature': createHmac('sha256', 'gitea-secret').update(bytes).digest('hex'),
      },
    });
    expect(await opened(signing, { path })).toBe('forge: push');
    expect(await opened(signing, signed(request.body))).toBe('forge: push');
    expect(await opened(signing, signed(request.body.subarray(1)))).toBe('SOURCE_UNAUTHORIZED');
  });

  test('is recognized on the open path', async () => {
    expect(await opened(anyone, {})).toBe('gitea: push');
  });

  test.each([
    [FORM, 'payload=%7B%22events%22%3A%5B%5D%7D'],
    [`${FORM}; charset=utf-8`, 'a=b'],
    ['multipart/form-data; boundary=x', '--x\r\n'],
  ])('from another sender is kept with the content type as its reason: %s', async (type, text) => {
    const body = Buffer.from(text);
    const named = type.split(';')[0];
    const sent = { body, headers: typed(type) };
    const reason = `the content type is ${named} instead of JSON`;
    expect(await opened(anyone, sent)).toBe(`unknown: ${reason}`);
    const sources = [{ name: 'east', kind: 'distribution' }];
    expect(await opened({ sources }, { ...sent, path: '/sources/east' })).toBe(`east: ${reason}`);
  });

  test('that holds nothing to read says so', async () => {
    const without = `gitea: the ${FORM} form has no readable field payload`;
    expect(await opened(anyone, { body: Buffer.from('a=b') })).toBe(without);
    expect(await opened(anyone, { body: Buffer.from('payload=%7B') })).toBe('gitea: the body is not JSON');
    expect(await opened(anyone, { body: Buffer.from('payload=%ff') })).toBe('gitea: the body is not UTF-8');
    expect(await opened(anyone, { body: Buffer.from('payload=') })).toBe('gitea: the body is empty');
  });

  test('is JSON where its body is JSON, as `curl -d` sends it', async () => {
    const body = Buffer.from('{"events":[{"id":"1","action":"push","target":{"repository":"a"}}]}');
    expect(await opened(anyone, { body, headers: typed(FORM) })).toBe('distribution: push');
  });
});
