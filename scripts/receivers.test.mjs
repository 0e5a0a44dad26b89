/** docs/receivers.md against the code: the request, the table of statuses and the delays on the page. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { formatNamed } from '../packages/formats/dist/index.js';
import { retryDelay } from '../packages/queue/dist/retry.js';
import { openSink } from '../packages/sinks/dist/index.js';
import { blocks } from './testing/markdown.mjs';

const page = readFileSync(new URL('../docs/receivers.md', import.meta.url), 'utf8');

/** A server that answers with what `answer` says, and the requests that it got. */
async function receiver(answer) {
  const requests = [];
  const server = createServer(async (request, response) => {
    requests.push({ ...pick(request), body: await text(request) });
    response.writeHead(answer()).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { port: server.address().port, requests };
}

const pick = ({ method, url, rawHeaders }) => ({ method, url, rawHeaders });

function sinkTo(url, userAgent = 'longshore/0.0.0') {
  const options = { name: 'one', url, headers: {}, timeout: 10_000, concurrency: 8, annotate: false };
  const batch = { bytes: 1024 * 1024 };
  const sink = openSink('http', { ...options, userAgent, batch, format: formatNamed('distribution') });
  onTestFinished(() => sink.close());
  return (...deliveries) => sink.send(deliveries, { number: 1, signal: new AbortController().signal });
}

const anyDelivery = { id: 'a', contentType: 'application/json', payload: { event: {} } };

test.each([
  ['request', 'X-Longshore-Delivery'],
  ['batch', 'X-Longshore-Batch'],
])('the %s on the page is what is sent', async (_, name) => {
  const { code } = blocks(page).find((block) => block.code.includes(`\n${name}: `));
  const [head, body] = code.trim().split('\n\n');
  const [line, ...lines] = head.split('\n');
  const headers = new Map(lines.map((one) => one.split(': ', 2)));
  const [, path] = line.split(' ');
  const { port, requests } = await receiver(() => 200);
  const send = sinkTo(`http://127.0.0.1:${port}${path}`, headers.get('User-Agent'));
  const { events } = JSON.parse(body);
  const contentType = headers.get('Content-Type');
  const idOf = ({ id }) => headers.get('X-Longshore-Delivery') ?? id;
  await send(...events.map((event) => ({ id: idOf(event), contentType, payload: { event } })));
  const [{ method, url, rawHeaders, body: sent }] = requests;
  expect(`${method} ${url} HTTP/1.1`).toBe(line);
  expect(sent).toBe(body);
  const pairs = rawHeaders.flatMap((key, at) =>
    at % 2 === 0 ? [[key.toLowerCase(), rawHeaders[at + 1]]] : [],
  );
  const own = pairs.filter(([key]) => !['host', 'connection', 'content-length'].includes(key));
  const shown = [...headers]
    .map(([key, value]) => [key.toLowerCase(), value])
    .filter(([key]) => key !== 'host');
  expect(own).toEqual(shown);
});

test('the table of statuses is what each status comes to', async () => {
  const rows = [...page.matchAll(/^\| `(\d{3})`(?: … `(\d{3})`|, `(\d{3})`)? +\| (\w+)/gm)];
  expect(rows.length).toBe(4);
  const meant = new Map();
  for (const [, from, to, other, word] of rows) {
    for (let status = Number(from); status <= Number(to ?? from); status++) meant.set(status, word);
    if (other) meant.set(Number(other), word);
  }
  let status = 0;
  const { port } = await receiver(() => status);
  const send = sinkTo(`http://127.0.0.1:${port}/`);
  const kinds = { delivered: 'delivered', failed: 'retry', dead: 'dead' };
  for (status of [
    200, 201, 204, 206, 299, 300, 302, 304, 307, 399, 400, 401, 404, 409, 410, 429, 500, 503, 599,
  ]) {
    const [{ kind }] = await send(anyDelivery);
    expect([status, kind]).toEqual([status, kinds[meant.get(status) ?? 'failed']]);
  }
});

test('the delays on the page are the delays of the defaults', () => {
  const [, row] = /^\| after +\| (.*) \|$/m.exec(page);
  const seconds = row.split('|').map((cell) => {
    const [, minutes = 0, rest] = /^(?:(\d+)m)?(\d+)s$/.exec(cell.trim());
    return Number(minutes) * 60 + Number(rest);
  });
  const defaults = { threshold: 10, backoff: 1_000, maxbackoff: 3_600_000, schedule: [] };
  const delays = Array.from({ length: 9 }, (_, at) => retryDelay(defaults, at + 1, 0, 0, 0.5) / 1_000);
  expect(seconds).toEqual(delays);
});
