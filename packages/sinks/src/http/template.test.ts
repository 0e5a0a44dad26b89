/** Requests that an endpoint describes itself. */
import { compileTemplate, type TemplateParts } from '@longshore/formats/template';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink, theFormat } from '../testing/builders.js';
import { answering, receiver } from '../testing/receiver.js';

const format = theFormat('template');

const templated = (parts: TemplateParts, more: object = {}) => {
  const template = compileTemplate(parts);
  expect(template.problems).toEqual([]);
  const { url, headers } = template;
  return aSink({ url, headers: { ...headers }, format, template, ...more });
};

test('method, path, headers and body are those of the template', async () => {
  const { url, requests } = await receiver(answering(200));
  const headers = { 'X-Image': ['{{ repository }}:{{ tag }}'], Authorization: ['Bearer abc'] };
  const parts = { url: `${url}/{{ repository }}?tag={{ tag }}`, headers, body: { tag: '{{ tag }}' } };
  const sink = templated(parts, { method: 'PUT' });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
  const [{ method, url: path, headers: sent, body } = expect.unreachable('no request')] = requests;
  expect({ method, path, body }).toEqual({
    method: 'PUT',
    path: '/events/acme%2Fapp?tag=1.0',
    body: '{"tag":"1.0"}',
  });
  expect(sent).toMatchObject({
    'x-image': 'acme/app:1.0',
    authorization: 'Bearer abc',
    'content-type': 'application/json',
    'content-length': '13',
  });
});

test.each(['GET', 'POST'] as const)('a %s without a body has none, and no media type', async (method) => {
  const { url, requests } = await receiver(answering(200));
  const sink = templated({ url: `${url}?image={{ repository }}`, headers: {} }, { method });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
  expect(requests[0]).toMatchObject({ method, url: '/events?image=acme%2Fapp', body: '' });
  expect(requests[0]?.headers).not.toHaveProperty('content-type');
});

test('what no request can be made of is dead, and nothing is sent', async () => {
  const { url, requests } = await receiver(answering(200));
  const sink = templated({ url: `${url}/{{ tag }}/x`, headers: {}, body: '{{ tag }}' });
  const payload = { event: { id: '1', action: 'push', target: { repository: 'acme/app', tag: '..' } } };
  expect(
    await sink.send(
      aDelivery({ payload, view: { action: 'push', repository: 'acme/app', tag: '..' } }),
      anAttempt(),
    ),
  ).toMatchObject({
    kind: 'dead',
    reason: 'template',
    detail: expect.stringMatching(/a part of the path is \. or \.\.; correct the template, then retry it/),
  });
  expect(requests).toEqual([]);
});

test('an answer that repeats a secret of the template is masked', async () => {
  const { url } = await receiver(answering(500, 'no such key: hunter2hunter2, topsecretvalue'));
  const headers = { 'X-Key': ['hunter2hunter2 {{ tag }}'] };
  const sink = templated({ url: `${url}?key=topsecretvalue&tag={{ tag }}`, headers });
  const result = await sink.send(aDelivery(), anAttempt());
  expect(result).toMatchObject({ kind: 'retry', body: 'no such key: ***, ***' });
});

test('a url of a template is under the rules of egress like any other', async () => {
  const sink = templated({ url: 'http://169.254.169.254/latest/{{ repository }}', headers: {} });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'retry', reason: 'egress' });
});
