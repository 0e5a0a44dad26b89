/** What several pages say of an endpoint: its address and its state in words. */
import { formatDuration, plural } from '@longshore/event';
import type { EndpointOverview } from '@longshore/operator';
import { At } from './parts.js';

/** The description of a state, without its name, which is shown beside it. */
export function StateWords({ row, now }: { row: EndpointOverview; now: number }) {
  const { state, pulse } = row;
  const { name, words } = state;
  const { failingSince, failures } = pulse;

  if (name !== 'failing' || failingSince === undefined) return <>{description(name, words)}</>;
  return (
    <>
      for {formatDuration(now - failingSince)}, since <At at={failingSince} />,{' '}
      {plural(failures, 'failed attempt')}
    </>
  );
}

/** Sentences begin with the name of the state: `backing off after …`, `idle: …`. */
const description = (name: string, words: string): string =>
  words.startsWith(name) ? words.slice(name.length).replace(/^[:;,]? /, '') : words;

/** The page of an endpoint. Its name may hold any character. */
export const endpointPath = (name: string): string => `/endpoints/${encodeURIComponent(name)}`;
