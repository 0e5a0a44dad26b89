/** The baseline of ingest: Koa that reads the body, parses the JSON, and answers. No queue, no log. */
import Koa from 'koa';
import getRawBody from 'raw-body';

const app = new Koa();
app.use(async (ctx) => {
  const body = await getRawBody(ctx.req, { limit: '32mb' });
  const { events } = JSON.parse(body.toString('utf8'));
  ctx.status = 202;
  ctx.body = { accepted: events.length };
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ msg: 'ready', ingest: `http://127.0.0.1:${server.address().port}` }));
});
