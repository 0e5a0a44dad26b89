/**
 * A receiver that answers at once and counts: `node receiver.mjs [fail]`. With `fail` it answers 503 and 2 KB that
 * are different each time. Prints its url, and on SIGUSR2 how many it got.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const fails = process.argv[2] === 'fail';
let count = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    count++;
    if (fails) response.writeHead(503).end(randomBytes(1_024).toString('hex'));
    else response.writeHead(204).end();
  });
}).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
});
process.on('SIGUSR2', () => console.log(JSON.stringify({ msg: 'count', count })));
