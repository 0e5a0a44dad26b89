/** The baseline of ingest: `node:http` that reads the body, parses the JSON, and answers. No queue, no log. */
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { events } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    response.writeHead(202, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ accepted: events.length }));
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', ingest: `http://127.0.0.1:${server.address().port}` }));
});
