/** Spans of an event that fails once and is then delivered, as a collector gets them from the real command. */
import {
  type CollectedSpan,
  eventually,
  redisUrl,
  startCollector,
  startReceiver,
  testPrefix,
} from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, envelope, type Relay, startRelayProcess, workFolder, writeConfig } from './relay.js';

const SENDER = '0af7651916cd43dd8448eb211c80319c';
const headers = { traceparent: `00-${SENDER}-b7ad6b7169203331-01` };
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

async function aRelay() {
  const collector = await startCollector();
  const receiver = await startReceiver((_, n) => ({ status: n === 1 ? 503 : 200 }));
  const endpoint = { name: 'deploys', url: receiver.url, backoff: '20ms', hold: false };
  const file = await writeConfig(await workFolder(), {
    redis: { url: redisUrl(), prefix: testPrefix() },
    sources: [
      { name: 'known', kind: 'distribution', auth: { bearer: 's3cret' } },
      { name: 'open', kind: 'distribution' },
    ],
    notifications: { endpoints: [endpoint] },
  });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  };
  return { collector, receiver, relay: await startRelayProcess(file, { env }) };
}

const BODY = JSON.stringify(envelope(anEvent({ id: 'e-1' })));

const postTo = async ({ ingest }: Relay, source: string, more: object = {}): Promise<void> => {
  const options = { method: 'POST', headers: { ...headers, ...more }, body: BODY };
  expect((await fetch(`${ingest}/sources/${source}`, options)).status).toBe(202);
};

/** Each once, or twice in their order. */
const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan[] =>
  spans.filter((span) => span.name === name);

function checkIngest(spans: readonly CollectedSpan[]): CollectedSpan | undefined {
  const [server] = named(spans, 'POST /sources/known');
  expect(server).toMatchObject({ kind: SERVER, traceId: SENDER, parentSpanId: 'b7ad6b7169203331' });
  expect(server?.attributes).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/sources/known',
    'http.response.status_code': 202,
    'longshore.source': 'known',
    'longshore.kind': 'distribution',
    'longshore.events.accepted': 1,
    'longshore.deliveries.enqueued': 1,
  });
  expect(server?.resource).toMatchObject({ 'service.name': 'longshore', 'deployment.environment': 'test' });
  const [publish] = named(spans, 'publish deploys');
  expect(publish).toMatchObject({ kind: PRODUCER, traceId: SENDER, parentSpanId: server?.spanId });
  return publish;
}

function checkAttempts(spans: readonly CollectedSpan[], publish: CollectedSpan | undefined): void {
  const [first, second] = named(spans, 'process deploys');
  expect(first).toMatchObject({
    ...{ kind: CONSUMER, traceId: SENDER, parentSpanId: publish?.spanId, failed: true },
    attributes: {
      'messaging.system': 'longshore',
      'messaging.destination.name': 'deploys',
      'messaging.message.id': publish?.attributes['messaging.message.id'],
      'longshore.attempt': 1,
      'longshore.outcome': 'retry',
      'error.type': 'http_503',
      'longshore.event.id': 'e-1',
      'container.image.name': 'acme/app',
      'container.image.tags': ['1.0'],
    },
  });
  expect(second).toMatchObject({
    ...{ kind: CONSUMER, links: [publish?.spanId], failed: false },
    attributes: { 'longshore.attempt': 2, 'longshore.outcome': 'delivered' },
  });
  expect(second?.traceId).not.toBe(SENDER);
  expect(second?.parentSpanId ?? '').toBe('');
}

test('an event that fails once: its spans, their links, and the header that receivers get', async () => {
  const { collector, receiver, relay } = await aRelay();
  await postTo(relay, 'known', { authorization: 'Bearer s3cret' });
  await eventually(() => collector.spans().length >= 6);
  const spans = collector.spans();
  expect(spans).toHaveLength(6);
  checkAttempts(spans, checkIngest(spans));

  const [first, second] = named(spans, 'process deploys');
  const [failed, sent] = named(spans, 'POST');
  expect(failed).toMatchObject({
    ...{ kind: CLIENT, parentSpanId: first?.spanId, failed: true },
    attributes: {
      'http.response.status_code': 503,
      'server.address': '127.0.0.1',
      'server.port': receiver.port,
    },
  });
  expect(sent).toMatchObject({ traceId: second?.traceId, parentSpanId: second?.spanId, failed: false });
  expect(receiver.requests.map((request) => request.headers.traceparent)).toEqual(
    [failed, sent].map((span) => `00-${span?.traceId}-${span?.spanId}-01`),
  );

  const ids = { trace_id: second?.traceId, span_id: second?.spanId };
  const line = await relay.waitFor(({ record, attempt }) => record === 'delivery.attempted' && attempt === 2);
  expect(line).toMatchObject(ids);
  const read = async (accept: string): Promise<string> =>
    (await fetch(`${relay.admin}/metrics`, { headers: { accept } })).text();
  const openMetrics = await read('application/openmetrics-text;version=1.0.0');
  expect(openMetrics).toContain(`# {trace_id="${ids.trace_id}",span_id="${ids.span_id}"}`);
  expect(openMetrics).toMatch(/longshore_ingest_duration_seconds_bucket\{[^}]*\} \d+ # \{trace_id=/);
  const text = await read('text/plain');
  expect(text).toContain('# TYPE longshore_requests_total counter');
  expect(text).not.toContain(' # {');

  // A sender that has proved nothing does not write into a trace: its span has a link to it.
  await postTo(relay, 'open');
  const strangers = () => named(collector.spans(), 'POST /sources/open');
  await eventually(() => strangers().length > 0);
  const [stranger] = strangers();
  expect(stranger).toMatchObject({ links: ['b7ad6b7169203331'] });
  expect(stranger?.traceId).not.toBe(SENDER);
});
