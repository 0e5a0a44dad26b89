/**
 * A receiver that answers at once and counts: `node receiver.mjs [ok|page|random]`. `page`: it fails with an error page
 * of 2 KB that has another request id each time; `random`: with 2 KB of random text. Prints its url, and
 * on SIGUSR2 how many it got.
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
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    count++;
    const body = answer();
    response.writeHead(body ? 503 : 204).end(body);
  });
}).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
});
process.on('SIGUSR2', () => console.log(JSON.stringify({ msg: 'count', count })));
