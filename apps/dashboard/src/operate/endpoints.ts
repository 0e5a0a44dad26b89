/** The endpoints as an operator sees them: those of the configuration, and those that left it and still have a queue. */
import {
  type AlertEndpoint,
  type Config,
  type Endpoint,
  everyEndpoint,
  maskedUrl,
  nearest,
} from '@longshore/config';
import { excerpt, LongshoreError } from '@longshore/event';
import {
  type EndpointPulse,
  type EndpointState,
  type Inspector,
  type Pause,
  type Pauses,
  type PulseReader,
  rateOf,
  stateOf,
} from '@longshore/queue/operator';

/** One endpoint, and how it is. */
export interface EndpointOverview {
  name: string;
  /** False: it left the configuration, and its deliveries are kept. */
  configured: boolean;
  kind?: string;
  /** Without secrets. */
  url?: string;
  disabled: boolean;
  /** `paused: true` in the configuration; only a change of it resumes. */
  pausedByConfig: boolean;
  /** When an operator has paused it. */
  pause?: Pause;
  state: EndpointState;
  pulse: EndpointPulse;
  /** Deliveries a minute that arrived, over the last minutes. */
  rate: number;
  settings?: Pick<
    Endpoint,
    'timeout' | 'threshold' | 'backoff' | 'maxbackoff' | 'schedule' | 'concurrency' | 'accept' | 'ignore'
  >;
}

/** Where endpoints are known from. */
export interface EndpointParts {
  config(): Config;
  inspector: Pick<Inspector, 'known'>;
  pauses: Pauses;
  pulse: PulseReader;
  now(): number;
}

/** See the header. */
export function createEndpoints({ config, inspector, pauses, pulse, now }: EndpointParts) {
  const configured = () => everyEndpoint(config());
  const names = async (): Promise<string[]> => [
    ...new Set([...configured().map(({ name }) => name), ...(await inspector.known())]),
  ];

  const overview = async (seen: EndpointPulse): Promise<EndpointOverview> => {
    const { endpoint: name } = seen;
    const settings = configured().find((each) => each.name === name);
    const pause = seen.pausedByOperator ? await pauses.get(name) : undefined;
    return {
      name,
      configured: settings !== undefined,
      disabled: settings?.disabled ?? false,
      pausedByConfig: settings?.paused ?? false,
      ...(pause && { pause }),
      state: stateOf(seen, settings, now()),
      pulse: seen,
      rate: rateOf(seen, now()),
      ...(settings && shown(settings)),
    };
  };

  /** @throws LongshoreError REQUEST_NOT_FOUND when neither the configuration nor Redis knows it */
  const known = async (name: string): Promise<string> => {
    const all = await names();
    if (all.includes(name)) return name;
    const close = nearest(name, all);
    const hint = close ? `; did you mean ${close}?` : `; known are ${all.join(', ') || 'none'}`;
    throw new LongshoreError('REQUEST_NOT_FOUND', `there is no endpoint ${excerpt(name)}${hint}`);
  };

  return {
    names,
    known,
    async all(): Promise<EndpointOverview[]> {
      return Promise.all((await pulse.read(await names())).map(overview));
    },
    async one(name: string): Promise<EndpointOverview> {
      const [seen] = await pulse.read([await known(name)]);
      if (!seen) throw new LongshoreError('REQUEST_NOT_FOUND', `there is no endpoint ${excerpt(name)}`);
      return overview(seen);
    },
  };
}

const shown = (settings: Endpoint | AlertEndpoint): Pick<EndpointOverview, 'kind' | 'url' | 'settings'> => {
  const { timeout, threshold, backoff, maxbackoff, schedule, concurrency, accept, ignore } = settings;
  return {
    kind: settings.kind,
    url: maskedUrl(settings.url),
    settings: { timeout, threshold, backoff, maxbackoff, schedule, concurrency, accept, ignore },
  };
};

/** Why nothing is delivered there now, in words; undefined when it is. */
export function heldBy({
  configured,
  disabled,
  pausedByConfig,
  pause,
}: Pick<EndpointOverview, 'configured' | 'disabled' | 'pausedByConfig' | 'pause'>): string | undefined {
  if (!configured) return 'it is not in the configuration: what is retried waits until it is added again';
  if (disabled) return 'it is disabled in the configuration: what is retried waits until it is enabled';
  if (pausedByConfig) return 'it is paused in the configuration: what is retried waits until that is removed';
  if (pause) return 'it is paused: what is retried waits until it is resumed';
  return undefined;
}
