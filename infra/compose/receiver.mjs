/** A sample receiver: prints each event and answers 200. Replace it with yours in longshore.yml. */
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
// Process 1 of a container has no default handler for SIGTERM.
process.on('SIGTERM', () => process.exit(0));
