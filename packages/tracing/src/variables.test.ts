import { expect, test } from 'vitest';
import { startTracing } from './export.js';
import { isTracing } from './spans.js';
import { wanted } from './variables.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' };

test.each([
  {},
  { OTEL_EXPORTER_OTLP_ENDPOINT: '  ' },
  { OTEL_SERVICE_NAME: 'x' },
  { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' },
  { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
])('%o asks for no export', (env) => {
  expect(wanted(env)).toBeUndefined();
});

test('the endpoint of traces stands before that of everything', () => {
  expect(wanted(ENDPOINT)).toEqual({
    protocol: 'http/protobuf',
    endpoint: 'http://collector:4318/v1/traces',
    url: 'http://collector:4318/v1/traces',
    propagates: true,
  });
  const own = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://u:p@tempo/otlp?key=s3cret',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    OTEL_PROPAGATORS: 'b3',
  };
  expect(wanted({ ...ENDPOINT, ...own })).toEqual({
    protocol: 'http/json',
    endpoint: own.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    url: 'https://tempo/otlp',
    propagates: false,
  });
});

test.each([
  [
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL=grpc is not supported; use http/protobuf',
  ],
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER=zipkin is not supported; use otlp or none'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'correct OTEL_EXPORTER_OTLP_ENDPOINT'],
])('%o cannot be done: it says what to set, and nothing is exported', async (more, words) => {
  const said: string[] = [];
  const onTrouble = (message: string) => said.push(message);
  expect(await startTracing({ ...ENDPOINT, ...more }, { version: '1', onTrouble })).toBeUndefined();
  expect(said).toEqual([expect.stringContaining(words)]);
  expect(isTracing()).toBe(false);
});
