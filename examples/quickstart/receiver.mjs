/**
 * A receiver of events in a few lines: prints each one and answers 200.
 * `npm start` runs it beside the quickstart; `node examples/quickstart/receiver.mjs` runs it alone.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Listens on 127.0.0.1; resolves with the server, or with undefined when the port is taken. */
export async function startReceiver({ port = 5090, print = console.log } = {}) {
  const server = createServer(async (request, response) => {
    try {
      const { events = [] } = request.method === 'POST' ? await json(request) : {};
      for (const event of events) print(lineOf(event));
      response.writeHead(200).end();
    } catch (error) {
      response.writeHead(400).end(`${error.message}\n`);
    }
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      print(
        `receiver  port ${port} is taken, so events go to whatever listens there, and are not printed here`,
      );
      resolve(undefined);
    });
    server.listen(port, '127.0.0.1', () => {
      print(`receiver  prints each event that is posted to http://127.0.0.1:${server.address().port}/events`);
      resolve(server);
    });
  });
}

/** What happened, to what: `receiver  push  acme/app:1.0  sha256:858a8366125b  application/vnd…` */
function lineOf({ action, target = {} }) {
  const { repository = '', tag, digest = '', mediaType = '' } = target;
  const name = tag ? `${repository}:${tag}` : repository;
  const short = digest.replace(/^(\w+:[0-9a-f]{12}).*$/, '$1');
  return ['receiver', action, name, short, mediaType].filter(Boolean).join('  ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await startReceiver();
