/** A receiver to begin with: prints each event and answers 200. Yours takes its place in longshore.yml. */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const PORT = Number(process.env.PORT ?? 8080);

const server = createServer(async (request, response) => {
  try {
    const { events = [] } = request.method === 'POST' ? await json(request) : {};
    for (const { action, target = {} } of events) {
      console.log(['received', action, target.repository, target.tag ?? target.digest].join(' '));
    }
    response.writeHead(200).end();
  } catch (error) {
    response.writeHead(400).end(`${error.message}\n`);
  }
});
server.listen(PORT, () => console.log(`listening on ${server.address().port}`));
// As process 1 of a container it has nobody who does this for it.
process.on('SIGTERM', () => process.exit(0));
