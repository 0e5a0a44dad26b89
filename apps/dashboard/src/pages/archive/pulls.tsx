/** Pulls, newest first: who pulled what, and how it ended. */
import type { Coverage, Page } from '@longshore/archive/items';
import { type ArchivedImageEvent, type ArchivedSession, PULL_STATES } from '@longshore/archive/sessions';
import { formatDuration, formatNumber, formatSize } from '@longshore/event';
import { At, Heads, link } from '../parts.js';
import { CoverageNote } from './coverage.js';
import { Choice, Field, FilterForm, SourceChoice, WindowFields } from './fields.js';
import { ClientLink, EventsLink, Exports, ImageLinks, Paging, type Query } from './links.js';
import { DEFAULT_SINCE } from './params.js';
import { ImageEventTable } from './pushes.js';

/** Pulls that the registry refused are no sessions. */
export const FAILED = 'failed';

/** What the page shows. */
export interface PullsProps {
  query: Query;
  /** Those that failed are events. */
  pulls: Page<ArchivedSession> | Page<ArchivedImageEvent>;
  coverage: Coverage;
  /** Epoch milliseconds: so far back it looks. */
  from: number;
}

/** The page. */
export function PullsPage({ query, pulls, coverage, from }: PullsProps) {
  const { after: _after, state, ...filter } = query;
  const { repository, tag, actor, addr, client, source, until, since = DEFAULT_SINCE } = query;
  return (
    <>
      <h1>Pulls</h1>
      <FilterForm path="/pulls">
        <Choice label="Ended" name="state" value={state} options={[...PULL_STATES, FAILED]} />
        <Field label="Repository (glob)" name="repository" value={repository} placeholder="acme/**" />
        <Field label="Tag" name="tag" value={tag} placeholder="1.0" size={10} />
        <Field label="Actor" name="actor" value={actor} placeholder="ci" size={10} />
        <Field label="Address or network" name="addr" value={addr} placeholder="10.1.0.0/16" />
        <Field label="Client" name="client" value={client} placeholder="containerd" />
        <WindowFields since={since} until={until} />
        <SourceChoice sources={coverage.sources} value={source} />
      </FilterForm>
      <CoverageNote coverage={coverage} from={from} />
      <Found pulls={pulls} />
      <Paging path="/pulls" query={query} next={pulls.next} />
      <p class="row">
        {state === FAILED ? (
          <Exports of="image-events" query={{ ...filter, since, action: 'pull.failed' }} />
        ) : (
          <Exports of="sessions" query={{ ...filter, since, state }} />
        )}
      </p>
    </>
  );
}

const isEvents = (items: PullsProps['pulls']['items']): items is ArchivedImageEvent[] =>
  items.some((item) => 'action' in item);

function Found({ pulls: { items } }: Pick<PullsProps, 'pulls'>) {
  if (items.length === 0) return <p class="soft">No pulls match.</p>;
  return isEvents(items) ? <ImageEventTable events={items} /> : <PullTable pulls={items} />;
}

function PullTable({ pulls }: { pulls: readonly ArchivedSession[] }) {
  return (
    <table class="cards">
      <caption class="hidden">Pulls, newest first</caption>
      <Heads
        columns={[
          'Began',
          'Ended',
          'Image',
          'Platform',
          'Layers',
          { number: 'Bytes' },
          { number: 'Took' },
          'Actor',
          'Client',
          'Address',
        ]}
      />
      <tbody>
        {pulls.map((pull) => (
          <PullRow key={pull.session} pull={pull} />
        ))}
      </tbody>
    </table>
  );
}

function PullRow({ pull }: { pull: ArchivedSession }) {
  const { session, startedAt, at, platform, actor, client, addr, clients, layers } = pull;
  return (
    <tr>
      <th scope="row" class="nowrap">
        <a href={link('/pull', { session })}>
          <At at={startedAt} />
        </a>
      </th>
      <td data-label="Ended">
        <PullStateText pull={pull} />
      </td>
      <td class="break" data-label="Image">
        <ImageLinks {...pull} />
      </td>
      <td data-label={platform && 'Platform'}>{platform}</td>
      <td data-label={layers > 0 ? 'Layers' : undefined}>{layersInWords(pull)}</td>
      <td class="number" data-label={pull.transferredBytes === undefined ? undefined : 'Bytes'}>
        {bytesInWords(pull)}
      </td>
      <td class="number" data-label="Took">
        {formatDuration(Date.parse(at) - Date.parse(startedAt))}
      </td>
      <td class="break" data-label={actor && 'Actor'}>
        <EventsLink field="actor" value={actor} />
      </td>
      <td class="clip" data-label={client && 'Client'}>
        <ClientLink client={client} />
      </td>
      <td class="nowrap" data-label={addr && 'Address'}>
        <EventsLink field="addr" value={addr} />
        {clients > 1 && <span class="soft">{` ${formatNumber(clients)} clients`}</span>}
      </td>
    </tr>
  );
}

const TONES: Readonly<Record<ArchivedSession['state'], string>> = {
  ...{ checked: 'soft', inspected: 'soft', cached: 'good', complete: 'good', redirected: 'good' },
  ...{ unfinished: 'warn', interrupted: 'bad' },
};

/** How it ended, coloured. */
export function PullStateText({ pull: { state, open } }: { pull: Pick<ArchivedSession, 'state' | 'open'> }) {
  return <span class={`state ${open ? 'soft' : TONES[state]}`}>{open ? `${state} so far` : state}</span>;
}

/** Nothing where no layer is known. */
export const layersInWords = ({ layers, layersPulled, layersCached }: ArchivedSession): string => {
  if (layers === 0) return '';
  const cached = layersCached > 0 ? `, ${formatNumber(layersCached)} were there` : '';
  return `${formatNumber(layersPulled)} of ${formatNumber(layers)}${cached}`;
};

/** What was transferred, of what was to be. */
export const bytesInWords = ({ transferredBytes, expectedBytes }: ArchivedSession): string => {
  if (transferredBytes === undefined) return '';
  const of =
    expectedBytes === undefined || expectedBytes === transferredBytes
      ? ''
      : ` of ${formatSize(expectedBytes)}`;
  return `${formatSize(transferredBytes)}${of}`;
};
