/** A receiver that answers at once and counts. Prints its url, and on SIGUSR2 how many it got. */
import { createServer } from 'node:http';

let count = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    count++;
    response.writeHead(204).end();
  });
}).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${server.address().port}` }));
});
process.on('SIGUSR2', () => console.log(JSON.stringify({ msg: 'count', count })));
