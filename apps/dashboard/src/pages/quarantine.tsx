/** What an authenticated sender sent and nobody could read: look at it, take it again after a mend, or drop it. */
import type { Quarantined } from '@longshore/queue/operator';
import { isCut } from '../operate/index.js';
import { Ago, At, count, Fact, Heads, Hidden, link, number, Text } from './parts.js';

export interface QuarantineProps {
  entries: readonly Quarantined[];
  /** Of all, listed or not. */
  total: number;
  /** Cursor of the next page. */
  next?: string;
  now: number;
}

const pathOf = (id: string): string => `/quarantine/${encodeURIComponent(id)}`;

export function QuarantinePage({ entries, total, next, now }: QuarantineProps) {
  return (
    <>
      <h1>Quarantine</h1>
      <p class="soft">
        Requests of senders that may post, which could not be read. After an upgrade or a change of the
        source, retry them: they are read anew.
      </p>
      {total === 0 ? (
        <p class="good">Quarantine is empty.</p>
      ) : (
        <>
          <div class="row">
            <form method="post" action="/quarantine/retry">
              <input type="hidden" name="all" value="true" />
              <button type="submit">Retry all {number(total)}</button>
            </form>
            <a class="button danger" href="/quarantine/drop?all=true">
              Drop all {number(total)}
            </a>
          </div>
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
              {number(bytes)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function QuarantinedPage({ entry }: { entry: Quarantined }) {
  const { id, reason, source, kind, receivedAt, path, headers, body, bytes } = entry;
  const kept = Buffer.from(body, 'base64');
  return (
    <>
      <h1>{reason}</h1>
      <div class="row">
        <form method="post" action="/quarantine/retry">
          <Hidden values={{ id }} />
          <button class="main" type="submit">
            Retry
          </button>
        </form>
        <a class="button danger" href={`/quarantine/drop?id=${encodeURIComponent(id)}`}>
          Drop
        </a>
      </div>
      <dl>
        <Fact name="Id">
          <code>{id}</code>
        </Fact>
        <Fact name="Source">{`${source} (${kind})`}</Fact>
        <Fact name="Received">
          <At at={receivedAt} />
        </Fact>
        <Fact name="Path">{path}</Fact>
        <Fact name="Bytes">
          {isCut(entry)
            ? `${number(bytes)}, of which the first ${number(kept.length)} are kept: it cannot be taken again`
            : number(bytes)}
        </Fact>
        {Object.entries(headers).map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </dl>
      <h2>Body</h2>
      <Text name="Body">{kept.toString('utf8')}</Text>
    </>
  );
}

/** Asked before any is dropped. */
export function ConfirmQuarantineDrop({ id, total }: { id?: string; total: number }) {
  const things = count(total, 'quarantined request');
  return (
    <>
      <h1>Drop {things}?</h1>
      <p class="note bad">What is dropped is gone, and its sender does not send it again.</p>
      <form class="row" method="post" action="/quarantine/drop">
        <Hidden values={id ? { id } : { all: 'true' }} />
        <button class="danger" type="submit" disabled={total === 0}>
          Drop {things}
        </button>
        <a class="button" href={id ? pathOf(id) : '/quarantine'}>
          Back
        </a>
      </form>
    </>
  );
}
