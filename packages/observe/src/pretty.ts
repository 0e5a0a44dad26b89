/**
 * Human-readable log lines: one short line per record, and pino-pretty for all others. In this thread, line by line, so
 * that no line is lost between threads when the process ends.
 */
import { eventName, localClock, localTime, printable, printableLines } from '@longshore/event';
import pretty from 'pino-pretty';

type Line = Record<string, unknown>;

/** Takes a JSON line, gives the line to print. */
export function prettyLines(colorize: boolean): (json: string) => string {
  const options: pretty.PrettyOptions = {
    colorize,
    // the message brings its own colours, and time and level with it
    customColors: 'message:reset',
    customPrettifiers: { time: () => '', level: () => '' },
    messageFormat: (line, key, _label, { colors }) => messageOf(line, String(line[key] ?? ''), colors),
    singleLine: true,
  };
  const ofRecord = pretty.prettyFactory({ ...options, hideObject: true });
  const ofOther = pretty.prettyFactory(options);
  return (json) => {
    // Text from outside must not control the terminal; with `singleLine` only stacks have several lines.
    const line: unknown = JSON.parse(json, (_, value) =>
      typeof value === 'string' ? printableLines(value) : value,
    );
    const text = json.includes('"record":') ? ofRecord(line) : ofOther(line);
    return text.endsWith('\n') ? text : `${text}\n`;
  };
}

type Colors = { red: Paint; yellow: Paint; green: Paint; dim: Paint };
type Paint = (text: string) => string;

function messageOf(line: Line, message: string, colors: Colors): string {
  const time = localTime(String(line.time));
  const paint = { error: colors.red, warn: colors.yellow, info: colors.green }[String(line.level)];
  const words = wordsOf(line).filter((word) => word !== '');
  return [`${colors.dim(time)} ${paint ? paint(message) : message}`, ...words.map(printable)].join('  ');
}

function wordsOf(line: Line): string[] {
  switch (line.record) {
    case 'event.received':
      return [text(line.source), eventsOf(line.events), countsOf(line), `in ${text(line.ms)} ms`];
    case 'event.quarantined':
      return [text(line.source), text(line.reason), text(line.quarantineId)];
    case 'event.refused':
      return [text(line.source), `${text(line.status)} ${text(line.reason)}`, text(line.detail)];
    case 'event.spooled':
      return [text(line.source), text(line.reason), `${text(line.bytes)} bytes`];
    case 'event.aside':
      return [text(line.source), text(line.reason), text(line.file), text(line.detail)];
    case 'delivery.attempted':
      return [text(line.endpoint), subjectOf(line), answerOf(line), retryOf(line), text(line.detail)];
    case 'delivery.settled':
      return [
        text(line.endpoint),
        subjectOf(line),
        `${text(line.outcome)} after ${text(line.attempts)} attempts`,
        text(line.reason),
        line.kept === true ? 'kept in the dead-letter set' : '',
      ];
    case 'event.replayed':
      return [
        text(line.endpoint),
        `${text(line.enqueued)} of ${text(line.events)} enqueued`,
        `by ${text(line.by)}`,
      ];
    case 'alert.sent':
      return [text(line.receiver), text(line.state), text(line.summary)];
    case 'alert.failed':
      return [text(line.receiver), text(line.summary), answerOf(line), retryOf(line), text(line.detail)];
    case 'delivery.replayed':
      return [text(line.endpoint), subjectOf(line), `after ${text(line.reason)}`, `by ${text(line.by)}`];
    case 'delivery.counted':
      return [text(line.endpoint), `${text(line.count)} ${text(line.outcome)}`, `by ${text(line.by)}`];
    case 'delivery.ignored':
      return [text(line.endpoint), subjectOf(line), text(line.rule)];
    case 'delivery.collapsed':
      return [text(line.endpoint), subjectOf(line), `duplicate of ${text(line.into)}`];
    case 'delivery.superseded':
      return [text(line.endpoint), subjectOf(line), `superseded by ${text(line.by)}`];
    case 'preheat.finished':
      return [text(line.endpoint), subjectOf({ ...line, action: '' }), warmthOf(line), text(line.detail)];
    case 'copy.finished':
      return [text(line.endpoint), subjectOf({ ...line, action: '' }), copyOf(line), text(line.detail)];
    default:
      return [];
  }
}

const subjectOf = ({ action, repository, tag, digest }: Line): string =>
  eventName({ action: text(action), repository: text(repository), tag: text(tag), digest: text(digest) });

function eventsOf(events: unknown): string {
  const [first, ...more] = Array.isArray(events) ? (events as Line[]) : [];
  if (first === undefined) return 'no event';
  return more.length === 0 ? subjectOf(first) : `${subjectOf(first)} and ${more.length} more`;
}

function countsOf({ enqueued, duplicates, ignored, collapsed = 0, missing = 0 }: Line): string {
  const counts = [
    [enqueued, 'enqueued'],
    [duplicates, 'duplicates'],
    [ignored, 'ignored'],
    [collapsed, 'collapsed'],
    [missing, 'missing'],
  ].filter(([count, what]) => what === 'enqueued' || count !== 0);
  return counts.map(([count, what]) => `${text(count)} ${what}`).join(', ');
}

function warmthOf({ warmed, already, failed, ms }: Line): string {
  return `${text(warmed)} warmed, ${text(already)} already warm, ${text(failed)} failed in ${text(ms)} ms`;
}

function copyOf({ warmed, already, failed, ms }: Line): string {
  return `${text(warmed)} copied, ${text(already)} already there, ${text(failed)} failed in ${text(ms)} ms`;
}

function answerOf({ status, reason, ms, attempt, batch }: Line): string {
  const nth = `${attempt === 1 ? '' : `, attempt ${text(attempt)}`}${batch ? `, batch of ${text(batch)}` : ''}`;
  return `${text(status ?? reason)}${ms === undefined ? '' : ` in ${text(ms)} ms`}${nth}`;
}

function retryOf({ retryAt }: Line): string {
  return retryAt === undefined ? '' : `again at ${localClock(String(retryAt))}`;
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
