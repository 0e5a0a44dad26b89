/** Spans: what the stages use. Nothing of OpenTelemetry is loaded before `startTracing` of `./export`. */
export { parentFor } from './incoming.js';
export {
  beginSpan,
  failed,
  idsInProgress,
  inSpan,
  isTracing,
  outgoingTrace,
  type Span,
  type SpanStart,
  type TraceIds,
  traceparentOf,
} from './spans.js';
