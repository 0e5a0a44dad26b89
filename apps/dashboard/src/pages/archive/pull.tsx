/** One pull: who, what, how it ended, its layers as bars, and the requests that it was made of. */
import type { PullPart, SessionDetail } from '@longshore/archive/sessions';
import { formatDuration, formatNumber, formatSize } from '@longshore/event';
import { LayerBar } from '../charts/layer.js';
import { At, DescriptionRow, Heads } from '../parts.js';
import { EventTable } from './events.js';
import { DigestLink, EventsLink, ImageLinks } from './links.js';
import { bytesInWords, layersInWords, PullStateText } from './pulls.js';

/** The page. */
export function PullPage({ pull }: { pull: SessionDetail }) {
  const { repository, tag, parts, requests } = pull;
  return (
    <>
      <h1>
        Pull of {repository}
        {tag && `:${tag}`}
      </h1>
      <Facts pull={pull} />
      <h2>Layers</h2>
      {parts.length === 0 ? <p class="soft">{unknownLayers(pull)}</p> : <Layers parts={parts} />}
      <h2>Requests</h2>
      {requests.length === 0 ? (
        <p class="soft">The archive has none of its requests any more.</p>
      ) : (
        <EventTable events={requests} />
      )}
    </>
  );
}

const unknownLayers = ({ state }: SessionDetail): string =>
  state === 'checked'
    ? 'The client asked only which digest the tag has.'
    : 'It is not known what the manifest lists: set includereferences in the registry, or registries.';

function Facts({ pull }: { pull: SessionDetail }) {
  const { startedAt, at, evidence, source, digest, platform, actor, client, addr, clients } = pull;
  return (
    <dl>
      <DescriptionRow name="Ended">
        <PullStateText pull={pull} />{' '}
        {evidence === 'events+log' && <span class="soft">by the registry’s log</span>}
      </DescriptionRow>
      <DescriptionRow name="Began">
        <At at={startedAt} />
      </DescriptionRow>
      <DescriptionRow name="Took">{formatDuration(Date.parse(at) - Date.parse(startedAt))}</DescriptionRow>
      <DescriptionRow name="Image">
        <ImageLinks {...pull} />
      </DescriptionRow>
      <DescriptionRow name="Digest">{digest && <DigestLink digest={digest} whole />}</DescriptionRow>
      <DescriptionRow name="Platform">{platform}</DescriptionRow>
      <DescriptionRow name="Transferred">{bytesInWords(pull)}</DescriptionRow>
      <DescriptionRow name="Layers pulled">{layersInWords(pull)}</DescriptionRow>
      <DescriptionRow name="Actor">{actor && <EventsLink field="actor" value={actor} />}</DescriptionRow>
      <DescriptionRow name="Client">{client && <EventsLink field="client" value={client} />}</DescriptionRow>
      <DescriptionRow name="Address">
        {addr && <EventsLink field="addr" value={addr} />}
        {clients > 1 && ` (at least ${formatNumber(clients)} clients)`}
      </DescriptionRow>
      <DescriptionRow name="Source">{source}</DescriptionRow>
    </dl>
  );
}

const STATES: Readonly<Record<PullPart['state'], { words: string; tone: string }>> = {
  seen: { words: 'pulled', tone: 'good' },
  earlier: { words: 'was there', tone: 'soft' },
  missing: { words: 'not requested', tone: 'warn' },
  interrupted: { words: 'interrupted', tone: 'bad' },
};

function Layers({ parts }: { parts: readonly PullPart[] }) {
  const largest = Math.max(...parts.map(({ size = 0 }) => size));
  return (
    <table class="cards">
      <caption class="hidden">Layers</caption>
      <Heads columns={['Layer', 'Result', { number: 'Size' }, { number: 'Written' }, 'Download ended']} />
      <tbody>
        {parts.map((part) => (
          <Layer key={part.digest} part={part} largest={largest} />
        ))}
      </tbody>
    </table>
  );
}

function Layer({ part, largest }: { part: PullPart; largest: number }) {
  const { digest, config, state, size, written, at, ranged } = part;
  return (
    <tr>
      <th scope="row">
        <DigestLink digest={digest} /> {config && <span class="soft">config</span>}
        <LayerBar part={part} largest={largest} />
      </th>
      <td data-label="Result">
        <span class={`state ${STATES[state].tone}`}>{STATES[state].words}</span>
        {ranged && <span class="soft"> in parts</span>}
      </td>
      <td class="number" data-label={size === undefined ? undefined : 'Size'}>
        {size !== undefined && formatSize(size)}
      </td>
      <td class="number" data-label={written === undefined ? undefined : 'Written'}>
        {written !== undefined && formatSize(written)}
      </td>
      <td class="nowrap" data-label={at && 'Download ended'}>
        {at && <At at={at} />}
      </td>
    </tr>
  );
}
