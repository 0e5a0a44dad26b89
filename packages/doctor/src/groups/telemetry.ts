/** Whether the collector of spans takes them. */
import { tryCollector } from '@longshore/tracing/export';
import { type Finding, fail, pass, skip } from '../finding.js';
import type { DoctorParts } from '../parts.js';

const FIX =
  'start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and OTEL_EXPORTER_OTLP_PROTOCOL';

/** See the header. */
export async function checkTelemetry({ env, timeout }: DoctorParts): Promise<Finding[]> {
  const answer = await tryCollector(env, timeout);
  if (!answer) return [skip('collector', 'OTEL_EXPORTER_OTLP_ENDPOINT is not set, so no spans are exported')];
  const { url, problem } = answer;
  if (problem === undefined) return [pass('collector', `${url} takes spans`)];
  return [fail('collector', url === undefined ? problem : `${url}: ${problem}`, FIX)];
}
