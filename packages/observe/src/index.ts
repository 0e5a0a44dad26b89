/** What happened, as log line and metric. */

export type { QueueCounts } from './gauges.js';
export { collectRecords, type IngestRecord, isIngestRecord, recordAgain } from './ingest-record.js';
export { isPretty, type LogLevel } from './log.js';
export { createObserver, type Observer, type ObserverOptions } from './observer.js';
export type { RecordFields, Settlement } from './records.js';
export { metricsPage, recordsPage } from './reference.js';
export type { EndpointSettings } from './registry-vars.js';
export type { Logger } from './throttle.js';
