/**
 * Lists as CSV (RFC 4180, UTF-8). A cell that a spreadsheet would take for a formula gets a leading apostrophe: names of
 * repositories, tags and users are somebody else's text.
 */

const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** One line with its end. What is undefined is empty. */
export const csvLine = (cells: readonly unknown[]): string => `${cells.map(cellOf).join(',')}\r\n`;

/** One line of an item. */
export const csvItem = (columns: readonly string[], item: object): string => {
  const fields = new Map<string, unknown>(Object.entries(item));
  return csvLine(columns.map((column) => fields.get(column)));
};

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = Array.isArray(value) ? value.map(itemOf).join(' ') : String(value);
  const isFormula = (typeof value === 'string' || Array.isArray(value)) && FORMULA.test(text);
  const harmless = isFormula ? `'${text}` : text;
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A text, or a platform of an image. */
function itemOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return String(item);
  const { platform, digest } = item as { platform?: string; digest?: string };
  return platform ?? digest ?? '';
}

const COUNTS = ['pulls', 'checks', 'pushes', 'deletes', 'bytes'];
const TAG = [
  ...['repository', 'source', 'tag', 'digest', 'deleted', 'since', 'pushedAt', 'pushedBy', 'deletedAt'],
  ...['deletedBy', 'mediaType', 'size', 'lastPullAt'],
];

/** Columns of each list. */
export const CSV_COLUMNS = {
  events: [
    ...['at', 'action', 'target', 'repository', 'tag', 'digest', 'mediaType', 'size', 'actor', 'addr'],
    ...['client', 'method', 'host', 'source', 'kind', 'fromRepository', 'requestId', 'receivedAt', 'id'],
  ],
  repositories: ['repository', 'source', 'firstAt', 'lastAt', 'lastPushAt', 'lastPullAt'],
  tags: TAG,
  moves: ['at', 'repository', 'source', 'tag', 'from', 'to', 'deleted', 'moved', 'by', 'size'],
  days: ['day', ...COUNTS],
  top: ['name', 'repository', 'source', 'tag', ...COUNTS],
  imageEvents: [
    ...['at', 'action', 'repository', 'tag', 'tags', 'digest', 'from', 'to', 'artifact', 'platforms', 'size'],
    ...['pushedBytes', 'mountedBytes', 'reusedBytes', 'previousDigest', 'unchanged', 'changedPlatforms'],
    ...['subject', 'type', 'state', 'layer', 'transferredBytes', 'status', 'method', 'uri', 'actor', 'addr'],
    ...['userAgent', 'host', 'source', 'startedAt', 'events', 'id'],
  ],
  sessions: [
    ...['startedAt', 'at', 'state', 'open', 'evidence', 'repository', 'tag', 'digest', 'platform', 'actor'],
    ...['addr', 'client', 'clients', 'expectedBytes', 'transferredBytes', 'layers', 'layersPulled'],
    ...['layersCached', 'events', 'source', 'session'],
  ],
  sessionDays: [
    ...['day', 'pulls', 'bytes', 'checked', 'inspected', 'cached', 'complete', 'unfinished', 'interrupted'],
    'redirected',
  ],
  unused: [...TAG, 'unusedSince', 'neverPulled'],
} as const satisfies Record<string, readonly string[]>;
