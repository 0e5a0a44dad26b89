/** The endpoints as an operator sees them: those of the configuration, and removed ones that still have a queue. */
import { type Config, type Endpoint, everyEndpoint, isInsecure, maskedUrl } from '@longshore/config';
import { type EventClass, excerpt, LongshoreError } from '@longshore/event';
import type { Inspector, Pause, Pauses } from '@longshore/queue/operator';
import type { EndpointPulse, PulseReader } from '@longshore/queue/pulse';
import { deliveryRate, type EndpointState, endpointState } from './endpoint-state.js';
import { suggest } from './parse-input.js';

/** One endpoint: its settings, its switches and its numbers. */
export interface EndpointOverview {
  name: string;
  /** False: it was removed from the configuration, and its deliveries are kept. */
  configured: boolean;
  kind?: string;
  /** Without secrets. */
  url?: string;
  /** The certificate of its receiver, or of something else that it connects to, is not checked. */
  insecure?: true;
  disabled: boolean;
  /** `paused: true` in the configuration; only a change there resumes it. */
  pausedByConfig: boolean;
  /** Present while an operator pauses it. */
  pause?: Pause;
  /** Why nothing is delivered to it at present: `paused by the dashboard`; absent while deliveries are attempted. */
  blocked?: string;
  state: EndpointState;
  pulse: EndpointPulse;
  /** Deliveries a minute that succeeded, over the last five minutes. */
  rate: number;
  settings?: Pick<
    Endpoint,
    'timeout' | 'threshold' | 'backoff' | 'maxbackoff' | 'schedule' | 'concurrency' | 'ignore'
  > & { accept: EventClass[] };
}

/** What endpoints are read from. */
export interface EndpointDeps {
  config(): Config;
  inspector: Pick<Inspector, 'known'>;
  pauses: Pauses;
  pulse: PulseReader;
  now(): number;
}

/** See the header. */
export function createEndpoints({ config, inspector, pauses, pulse, now }: EndpointDeps) {
  const configured = () => everyEndpoint(config());
  const names = async (): Promise<string[]> => [
    ...new Set([...configured().map(({ name }) => name), ...(await inspector.known())]),
  ];

  const overview = async (
    seen: EndpointPulse,
    settings: ReturnType<typeof everyEndpoint>[number] | undefined,
  ): Promise<EndpointOverview> => {
    const { endpoint: name } = seen;
    const pause = seen.pausedByOperator ? await pauses.get(name) : undefined;
    return {
      name,
      configured: settings !== undefined,
      disabled: settings?.disabled ?? false,
      pausedByConfig: settings?.paused ?? false,
      ...(pause && { pause }),
      ...blockedBecause(settings, pause),
      state: endpointState(seen, settings, now()),
      pulse: seen,
      rate: deliveryRate(seen, now()),
      ...(settings && shown(settings)),
    };
  };

  /** The name, if it exists. @throws LongshoreError REQUEST_NOT_FOUND when neither the configuration nor Redis has it */
  const existing = async (name: string): Promise<string> => {
    const all = await names();
    if (all.includes(name)) return name;
    throw notFound(name, suggest(name, all));
  };

  return {
    names,
    existing,
    async all(): Promise<EndpointOverview[]> {
      const settings = new Map(configured().map((each) => [each.name, each]));
      const pulses = await pulse.read(await names());
      const all = await Promise.all(pulses.map((seen) => overview(seen, settings.get(seen.endpoint))));
      return all.filter((one) => one.configured || isKept(one.pulse));
    },
    async one(name: string): Promise<EndpointOverview> {
      const [seen] = await pulse.read([await existing(name)]);
      if (!seen) throw notFound(name);
      return overview(
        seen,
        configured().find((each) => each.name === name),
      );
    },
  };
}

/** Of a removed endpoint with nothing left there is nothing to see or to do. */
const isKept = ({ waiting, active, delayed, dead }: EndpointPulse): boolean =>
  waiting + active + delayed + dead > 0;

const notFound = (name: string, hint = ''): LongshoreError =>
  new LongshoreError('REQUEST_NOT_FOUND', `no endpoint ${excerpt(name)}${hint}`);

const shown = (
  settings: ReturnType<typeof everyEndpoint>[number],
): Pick<EndpointOverview, 'kind' | 'url' | 'insecure' | 'settings'> => {
  const { timeout, threshold, backoff, maxbackoff, schedule, concurrency, accept, ignore } = settings;
  return {
    kind: settings.kind,
    ...(isInsecure(settings) && { insecure: true }),
    url: urlOf(settings),
    settings: { timeout, threshold, backoff, maxbackoff, schedule, concurrency, accept, ignore },
  };
};

function urlOf(settings: ReturnType<typeof everyEndpoint>[number]): string {
  if (settings.kind === 'preheat' || settings.kind === 'archive') return '';
  return maskedUrl(settings.kind === 'copy' ? settings.copy.target.url : settings.url);
}

function blockedBecause(
  settings?: Pick<Endpoint, 'disabled' | 'paused'>,
  pause?: Pause,
): Pick<EndpointOverview, 'blocked'> {
  if (!settings) return { blocked: 'not in the configuration' };
  if (settings.disabled) return { blocked: 'disabled in the configuration' };
  if (settings.paused) return { blocked: 'paused in the configuration' };
  return pause ? { blocked: `paused by ${pause.by ?? 'an operator'}` } : {};
}
