/** `longshore explain`: what becomes of an event, without storing or sending anything. */
import { existsSync, readFileSync } from 'node:fs';
import { type Config, loadConfig } from '@longshore/config';
import { eventName, LongshoreError, plural } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import {
  type ExplainedEvent,
  type Explanation,
  explainEvents,
  explainedLines,
  type FoundEvent,
  sampleFound,
  verdictOf,
} from '@longshore/operator/explain';
import type { Shell } from '../shell.js';
import { commandPreview, withAdmin } from './with-admin.js';

/** Options of the command. */
export interface ExplainOptions {
  /** Path of the configuration. */
  config: string;
  endpoint?: string;
  source?: string;
  header: [string, string][];
  last?: number;
  where?: string;
  /** Path of a file. */
  template?: string;
  json?: boolean;
}

/** @returns the exit code @throws LongshoreError CONFIG_INVALID, REQUEST_INVALID, REQUEST_NOT_FOUND, RELAY_NOT_RUNNING */
export async function explain(
  what: string | undefined,
  options: ExplainOptions,
  shell: Shell,
): Promise<number> {
  const { config: file, endpoint, where, last, json } = options;
  const template = options.template === undefined ? undefined : read(options.template).toString();
  const trial = { endpoint, where, template };
  const isFile = what !== undefined && existsSync(what);
  let states: ReadonlyMap<string, string> = new Map();
  let explanation: Explanation;
  if (isFile || (what === undefined && last === undefined)) {
    const config = loadConfig(file, shell.env);
    const events = isFile
      ? await eventsOf(what, options, config)
      : [sampleFound(sourceOf(config), Date.now())];
    explanation = await explainEvents(events, { config, trial, preview: await commandPreview(config) });
    states = await withAdmin(file, 'longshore explain', shell, statesOf).catch(notRunning);
  } else {
    [explanation, states] = await withAdmin(file, 'longshore explain', shell, async (admin) => [
      await admin.explain({ ...trial, ...(what === undefined ? { last } : { id: what }) }),
      await statesOf(admin),
    ]);
  }
  if (json) shell.print(JSON.stringify(withStates(explanation, states), null, 2));
  else for (const line of linesOf(explanation, states, last !== undefined)) shell.print(line);
  const isMade = explanation.events.every((event) =>
    event.endpoints.every(({ verdict }) => verdict !== 'error'),
  );
  return isMade && explanation.events.length > 0 ? 0 : 1;
}

const statesOf = async (admin: AdminService): Promise<Map<string, string>> =>
  new Map((await admin.endpoints()).map(({ name, state }) => [name, state.words]));

/** What is explained does not need a relay; only how its endpoints are is not known then. */
function notRunning(error: unknown): Map<string, string> {
  if (error instanceof LongshoreError && error.code === 'RELAY_NOT_RUNNING') return new Map();
  throw error;
}

const sourceOf = ({ sources }: Config): string => sources[0]?.name ?? 'distribution';

/** The events of a payload, as ingest reads them. @throws LongshoreError REQUEST_INVALID */
async function eventsOf(
  file: string,
  { source, header }: Pick<ExplainOptions, 'source' | 'header'>,
  config: Config,
): Promise<FoundEvent[]> {
  const { readRequest } = await import('@longshore/ingest');
  const headers = Object.fromEntries(header.map(([name, value]) => [name.toLowerCase(), value]));
  const { taken, quarantined, note, ...from } = readRequest(config, source ?? '', {
    method: 'POST',
    path: source === undefined ? '/registry/notifications' : `/sources/${source}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: read(file),
    receivedAt: Date.now(),
  });
  if (source !== undefined && from.source !== source)
    throw invalid(`--source: there is no source ${source} in the configuration`);
  const [unreadable] = quarantined;
  if (taken.length === 0)
    throw invalid(`${file} has no event: ${unreadable?.reason ?? note ?? 'it is empty'}`);
  return taken.map((one) => ({ taken: one, from: 'file' as const }));
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(`${file} cannot be read: ${(error as Error).message}`);
  }
}

const invalid = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);

const withStates = ({ events, untried }: Explanation, states: ReadonlyMap<string, string>) => ({
  untried,
  events: events.map((event) => ({
    ...event,
    endpoints: event.endpoints.map((one) => ({ ...one, state: states.get(one.endpoint) })),
  })),
});

function linesOf({ events }: Explanation, states: ReadonlyMap<string, string>, isList: boolean): string[] {
  if (events.length === 0) return ['No events are kept yet: neither in the archive nor in the trail.'];
  if (!isList)
    return events.flatMap((event, n) => [...(n > 0 ? [''] : []), ...explainedLines(event, states)]);
  return [...events.flatMap(listed), '', ...tally(events)];
}

/** One line for each endpoint of an event. */
const listed = (event: ExplainedEvent): string[] =>
  event.endpoints.map(
    (one) => `${event.receivedAt}  ${eventName(event)}  ${one.endpoint}: ${verdictOf(one)}`,
  );

function tally(events: readonly ExplainedEvent[]): string[] {
  const counts = new Map<string, number>();
  for (const { endpoint, verdict } of events.flatMap((event) => event.endpoints)) {
    const key = `${endpoint}: ${verdict === 'error' ? 'no request can be made' : verdict}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key}, ${plural(count, 'event')}`);
}
