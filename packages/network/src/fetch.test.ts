/** `fetch` for libraries: with its own authority, under the rules of egress, never led elsewhere by an answer. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { Egress } from './egress/egress.js';
import { createFetch } from './fetch.js';

const certificate = selfSigned({ names: ['localhost', '127.0.0.1'] });

/** Redirects `/away` to the metadata service, and says the path otherwise. */
async function anIssuer(): Promise<string> {
  const server = createServer(certificate, ({ url = '' }, response) => {
    if (url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    else response.end(`path ${url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

const causeOf = (pending: Promise<unknown>) =>
  pending.then(
    () => 'no error',
    (error: Error) => String((error.cause as Error | undefined)?.message),
  );

test('a server of the given authority is asked, another one is not', async () => {
  const url = await anIssuer();
  const answer = await createFetch({ tls: { ca: certificate.cert } })(`${url}/keys`);
  expect(await answer.text()).toBe('path /keys');
  expect(await causeOf(createFetch()(`${url}/keys`))).toContain('self-signed');
});

test('a redirect is not followed', async () => {
  const answer = await createFetch({ tls: { ca: certificate.cert } })(`${await anIssuer()}/away`);
  expect(answer.status).toBe(302);
});

test('what egress refuses is not connected to, by its name or its address', async () => {
  const url = await anIssuer();
  const egress = new Egress({ mode: 'public', allow: [], deny: [] });
  const guarded = createFetch({ tls: { ca: certificate.cert }, egress });
  expect(await causeOf(guarded(url))).toContain('egress.mode is public');
  expect(await causeOf(guarded(url.replace('localhost', '127.0.0.1')))).toContain('egress.mode is public');
  expect(await causeOf(createFetch()('http://[fd00:ec2::23]/'))).toContain(
    'add exactly this one to egress.allow',
  );
});

test('the port that a url does not write is the one of its scheme, also for what is denied', async () => {
  const egress = new Egress({ mode: 'internal', allow: [], deny: ['localhost:80'] });
  const refused: unknown = await createFetch({ egress })('http://localhost/').catch((error) => error);
  expect(refused).toMatchObject({ cause: { code: 'ERR_EGRESS' } });
});
