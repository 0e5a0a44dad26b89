/** Quarantine: requests of authenticated senders that could not be parsed. Inspect, retry after a fix, or delete. */
import { formatNumber, plural } from '@longshore/event';
import { isTruncated } from '@longshore/operator/answers';
import type { Quarantined } from '@longshore/queue/quarantine';
import { Ago, At, DescriptionRow, Heads, Hidden, link, Text } from './parts.js';
import { Refused, Submit } from './submit.js';

/** What the page shows. */
export interface QuarantineProps {
  entries: readonly Quarantined[];
  /** Number of all entries, listed or not. */
  total: number;
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

const pathOf = (id: string): string => `/quarantine/${encodeURIComponent(id)}`;

/** The list. */
export function QuarantinePage({ entries, total, next, now }: QuarantineProps) {
  return (
    <>
      <h1>Quarantine</h1>
      <p class="soft">
        Requests that could not be parsed. Retry them after an upgrade or a change of the source.
      </p>
      {total === 0 ? (
        <p class="good">Quarantine is empty.</p>
      ) : (
        <>
          <div class="row">
            <form method="post" action="/quarantine/retry">
              <input type="hidden" name="all" value="true" />
              <Submit>Retry all {formatNumber(total)}</Submit>
            </form>
            <a class="button danger" href="/quarantine/drop?all=true">
              Delete all {formatNumber(total)}
            </a>
          </div>
          <Refused />
          <Entries entries={entries} now={now} />
          {next && (
            <p>
              <a href={link('/quarantine', { after: next })}>More</a>
            </p>
          )}
        </>
      )}
    </>
  );
}

function Entries({ entries, now }: { entries: readonly Quarantined[]; now: number }) {
  return (
    <table class="cards">
      <caption class="hidden">Quarantined requests, newest first</caption>
      <Heads columns={['Reason', 'Source', 'Received', { number: 'Bytes' }]} />
      <tbody>
        {entries.map(({ id, reason, source, kind, receivedAt, bytes }) => (
          <tr key={id}>
            <th scope="row">
              <a href={pathOf(id)}>{reason}</a>
            </th>
            <td class="break" data-label="Source">
              {source === kind ? source : `${source} (${kind})`}
            </td>
            <td data-label="Received">
              <Ago at={receivedAt} now={now} />
            </td>
            <td class="number" data-label="Bytes">
              {formatNumber(bytes)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One request with its body. */
export function QuarantinedPage({ entry }: { entry: Quarantined }) {
  const { id, reason, source, kind, receivedAt, path, headers, body, bytes } = entry;
  const kept = Buffer.from(body, 'base64');
  return (
    <>
      <h1>{reason}</h1>
      <div class="row">
        <form method="post" action="/quarantine/retry">
          <Hidden values={{ id }} />
          <Submit class="main">Retry</Submit>
        </form>
        <a class="button danger" href={`/quarantine/drop?id=${encodeURIComponent(id)}`}>
          Delete
        </a>
      </div>
      <dl>
        <DescriptionRow name="Id">
          <code>{id}</code>
        </DescriptionRow>
        <DescriptionRow name="Source">{`${source} (${kind})`}</DescriptionRow>
        <DescriptionRow name="Received">
          <At at={receivedAt} />
        </DescriptionRow>
        <DescriptionRow name="Path">{path}</DescriptionRow>
        <DescriptionRow name="Bytes">
          {isTruncated(entry)
            ? `${formatNumber(bytes)}, only the first ${formatNumber(kept.length)} were kept, so it cannot be retried`
            : formatNumber(bytes)}
        </DescriptionRow>
        {Object.entries(headers).map(([name, value]) => (
          <DescriptionRow key={name} name={name}>
            {value}
          </DescriptionRow>
        ))}
      </dl>
      <h2>Body</h2>
      <Text name="Body">{kept.toString('utf8')}</Text>
    </>
  );
}

/** Asked before any is deleted. */
export function ConfirmQuarantineDrop({ id, total }: { id?: string; total: number }) {
  const things = plural(total, 'quarantined request');
  const needs = id ? 'operator' : 'admin';
  return (
    <>
      <h1>Delete {things}?</h1>
      <p class="note bad">This cannot be undone, and the sender does not send them again.</p>
      <Refused needs={needs} />
      <form class="row" method="post" action="/quarantine/drop">
        <Hidden values={id ? { id } : { all: 'true' }} />
        <Submit needs={needs} class="danger" disabled={total === 0}>
          Delete {things}
        </Submit>
        <a class="button" href={id ? pathOf(id) : '/quarantine'}>
          Back
        </a>
      </form>
    </>
  );
}
