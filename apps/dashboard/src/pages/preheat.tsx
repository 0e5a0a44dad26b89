/** What became of images at the targets of a preheat endpoint: the last ones, and one with each of its parts. */
import { type PreheatPart, type PreheatRun, skippedInWords } from '@longshore/event';
import { inWords } from '@longshore/queue/operator';
import { deliveryPath } from './deliveries.js';
import { endpointPath } from './overview.js';
import { Ago, At, Fact, Heads, number } from './parts.js';

const TONES = { succeeded: 'good', partial: 'warn', failed: 'bad', skipped: 'soft', dryrun: 'soft' };
const PART_TONES = { warmed: 'good', already: 'good', asked: 'soft', skipped: 'soft', failed: 'bad' };
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `acme/app:1.0`, else with the beginning of its digest. */
export function imageOf({ repository, tag, digest }: PreheatRun): string {
  return `${repository}${tag ? `:${tag}` : digest ? `@${digest.slice(0, 19)}…` : ''}`;
}

/** `31.3 MiB`. */
export function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${number(Math.round((bytes / 1024 ** unit) * 10) / 10)} ${UNITS[unit]}`;
}

export function PreheatRuns({ runs, path, now }: { runs: readonly PreheatRun[]; path: string; now: number }) {
  return (
    <>
      <h2>The last images</h2>
      <table class="cards">
        <Heads
          columns={[
            'Image',
            'Came to',
            { number: 'Warm' },
            { number: 'Failed' },
            { number: 'Moved' },
            'When',
            'Why',
          ]}
        />
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <a href={`${path}/preheats/${encodeURIComponent(run.id)}`}>{imageOf(run)}</a>
              </th>
              <td>
                <span class={`state ${TONES[run.result]}`}>{run.result}</span>
              </td>
              <td class="number" data-label="Warm">
                {number(run.tally.warmed + run.tally.already)} of{' '}
                {number(run.tally.blobs - run.tally.skipped)}
              </td>
              <td class="number" data-label="Failed">
                {number(run.tally.failed)}
              </td>
              <td class="number" data-label="Moved">
                {size(run.tally.bytes)}
              </td>
              <td data-label="When">
                <Ago at={run.finishedAt} now={now} />
              </td>
              <td class="break">{run.detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

export function PreheatPage({ run }: { run: PreheatRun }) {
  const { endpoint, deliveryId, digest, result, detail, receivedAt, startedAt, finishedAt, tally } = run;
  return (
    <>
      <h1>
        {imageOf(run)} <span class={`state ${TONES[result]}`}>{result}</span>
      </h1>
      {detail && <p>{detail}</p>}
      <dl>
        <Fact name="Endpoint">
          <a href={endpointPath(endpoint)}>{endpoint}</a>
        </Fact>
        <Fact name="Delivery">
          <a href={deliveryPath(deliveryId)}>
            <code>{deliveryId}</code>
          </a>
        </Fact>
        <Fact name="Digest">{digest && <code>{digest}</code>}</Fact>
        <Fact name="Pushed">
          <At at={receivedAt} />
        </Fact>
        <Fact name="Took">
          {`${inWords(finishedAt - startedAt)}, ${inWords(finishedAt - receivedAt)} after the push`}
        </Fact>
        <Fact name="Moved">{size(tally.bytes)}</Fact>
      </dl>
      <Parts parts={run.parts} />
      {run.omitted && <p class="soft">{number(run.omitted)} more parts are counted and not listed.</p>}
    </>
  );
}

function Parts({ parts }: { parts: readonly PreheatPart[] }) {
  return (
    <table class="cards">
      <caption class="hidden">Parts of the image</caption>
      <Heads columns={['Part', 'Target', 'Came to', { number: 'Size' }, 'Why']} />
      <tbody>
        {parts.map(({ target, role, digest, size: bytes, platform, result, reason, detail }) => (
          <tr key={`${target} ${digest} ${role}`}>
            <th scope="row">
              {role} <code>{digest.slice(0, 19)}…</code>
              {platform && <div class="soft">{platform}</div>}
            </th>
            <td data-label="Target">{target || 'every target'}</td>
            <td>
              <span class={`state ${PART_TONES[result]}`}>{result}</span>
            </td>
            <td class="number" data-label="Size">
              {bytes === undefined ? '' : size(bytes)}
            </td>
            <td class="break">
              {[reason, detail ?? (result === 'skipped' && skippedInWords(reason ?? ''))]
                .filter(Boolean)
                .join(': ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
