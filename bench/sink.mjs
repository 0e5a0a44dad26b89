/**
 * The sink of all benchmarks: answers at once, counts, and knows each event by its id: `node sink.mjs [ok|page|random]`.
 * `page`: it fails with an error page of 2 KB that has another request id each time; `random`: with 2 KB of random text.
 * A request to `/hole` is never answered. Prints its url; `GET /~state` has how many it received,
 * `POST /~state` their latencies too, and begins again.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const words = 'The upstream service is not available at the moment, please try again later. ';
const ANSWERS = {
  ok: () => undefined,
  page: () => `<html><body>request ${randomUUID()}<p>${words.repeat(25)}</p></body></html>`,
  random: () => randomBytes(1_024).toString('hex'),
};

const answer = ANSWERS[process.argv[2] ?? 'ok'];
let count = 0;
/** Path and id of the event. */
const seen = new Set();
/** Milliseconds from the post to here. */
const latencies = [];

function receive(path, text) {
  count++;
  const now = Date.now();
  const head = text.slice(0, 400);
  const id = /"id": ?"([^"]+)"/.exec(head)?.[1];
  const at = Date.parse(/"timestamp": ?"([^"]+)"/.exec(head)?.[1] ?? '');
  if (seen.has(`${path} ${id}`)) return;
  seen.add(`${path} ${id}`);
  latencies.push(now - at);
}

/** Forgets everything. @returns what there was, with percentiles of the latencies */
function forget() {
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(latencies.length * share)];
  const all = { count, unique: seen.size, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  count = 0;
  seen.clear();
  latencies.length = 0;
  return all;
}

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/hole') return;
    if (request.url === '/~state') {
      response.end(JSON.stringify(request.method === 'POST' ? forget() : { count, unique: seen.size }));
      return;
    }
    receive(
      request.url,
      (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)).toString('latin1', 0, 500),
    );
    const body = answer();
    response.writeHead(body ? 503 : 204).end(body);
  });
}).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
});
