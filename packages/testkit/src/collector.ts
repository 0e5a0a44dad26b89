/** A collector of OpenTelemetry: takes OTLP over HTTP as JSON (`OTEL_EXPORTER_OTLP_PROTOCOL=http/json`). */
import { type Receiver, startReceiver } from './receiver.js';

/** A span as it was exported. */
export interface CollectedSpan {
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  /** Ids of the spans that it has links to. */
  links: string[];
  attributes: Record<string, unknown>;
  /** Its status is an error. */
  failed: boolean;
  /** Attributes of the resource. */
  resource: Record<string, unknown>;
}

/** A collector that listens. */
export interface Collector extends Pick<Receiver, 'url' | 'requests' | 'reply'> {
  /** All that were exported, in the order of their export. */
  spans(): CollectedSpan[];
}

interface Exported extends Pick<CollectedSpan, 'name' | 'kind' | 'traceId' | 'spanId' | 'parentSpanId'> {
  attributes?: Member[];
  links?: { spanId: string }[];
  status?: { code?: number };
}

interface Member {
  key: string;
  value: Value;
}

type Value = { arrayValue?: { values: Value[] } } & Record<string, unknown>;

interface Export {
  resourceSpans?: { resource: { attributes: Member[] }; scopeSpans: { spans: Exported[] }[] }[];
}

/** Starts one on 127.0.0.1. The test's end stops it. */
export async function startCollector(): Promise<Collector> {
  const receiver = await startReceiver({ headers: { 'content-type': 'application/json' }, body: '{}' });
  const spans = (): CollectedSpan[] =>
    receiver.requests.flatMap((request) =>
      (request.json<Export>().resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
        scopeSpans.flatMap((scope) =>
          scope.spans.map(({ attributes = [], links = [], status, ...span }) => ({
            ...span,
            links: links.map(({ spanId }) => spanId),
            attributes: membersOf(attributes),
            failed: status?.code === 2,
            resource: membersOf(resource.attributes),
          })),
        ),
      ),
    );
  return { url: receiver.url, requests: receiver.requests, reply: receiver.reply, spans };
}

const membersOf = (members: readonly Member[]): Record<string, unknown> =>
  Object.fromEntries(members.map(({ key, value }) => [key, plain(value)]));

const plain = (value: Value): unknown =>
  value.arrayValue ? value.arrayValue.values.map(plain) : Object.values(value)[0];
