/** The last images of an endpoint of kind preheat or copy, and the page of one with each of its parts. */
import {
  formatDuration,
  formatNumber,
  formatSize,
  imageName,
  type PreheatPart,
  type PreheatRun,
  shortDigest,
  skippedInWords,
} from '@longshore/event';
import { deliveryPath } from './deliveries.js';
import { endpointPath } from './overview.js';
import { Ago, At, DescriptionRow, Heads } from './parts.js';

const TONES = { succeeded: 'good', partial: 'warn', failed: 'bad', skipped: 'soft', dryrun: 'soft' };
/** The same result of a part has another name where it was copied. */
const COPIED: Readonly<Record<string, string>> = { warmed: 'copied', already: 'already there' };
const PART_TONES = { warmed: 'good', already: 'good', asked: 'soft', skipped: 'soft', failed: 'bad' };

/** One row for each image. */
export function PreheatRuns({ runs, path, now }: { runs: readonly PreheatRun[]; path: string; now: number }) {
  const there = runs[0]?.kind === 'copy' ? 'Copied' : 'Warm';
  return (
    <>
      <h2>Last images</h2>
      <table class="cards">
        <Heads
          columns={[
            'Image',
            'Result',
            { number: there },
            { number: 'Failed' },
            { number: 'Transferred' },
            'When',
            'Details',
          ]}
        />
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <a href={`${path}/preheats/${encodeURIComponent(run.id)}`}>{imageName(run)}</a>
              </th>
              <td>
                <span class={`state ${TONES[run.result]}`}>{run.result}</span>
              </td>
              <td class="number" data-label={there}>
                {formatNumber(run.tally.warmed + run.tally.already)} of{' '}
                {formatNumber(run.tally.blobs - run.tally.skipped)}
              </td>
              <td class="number" data-label="Failed">
                {formatNumber(run.tally.failed)}
              </td>
              <td class="number" data-label="Transferred">
                {formatSize(run.tally.bytes)}
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

/** The page of one image. */
export function PreheatPage({ run }: { run: PreheatRun }) {
  const { endpoint, deliveryId, digest, result, detail, receivedAt, startedAt, finishedAt, tally } = run;
  return (
    <>
      <h1>
        {imageName(run)} <span class={`state ${TONES[result]}`}>{result}</span>
      </h1>
      {detail && <p>{detail}</p>}
      <dl>
        <DescriptionRow name="Endpoint">
          <a href={endpointPath(endpoint)}>{endpoint}</a>
        </DescriptionRow>
        <DescriptionRow name="Delivery">
          <a href={deliveryPath(deliveryId)}>
            <code>{deliveryId}</code>
          </a>
        </DescriptionRow>
        <DescriptionRow name="Digest">{digest && <code>{digest}</code>}</DescriptionRow>
        <DescriptionRow name="Pushed">
          <At at={receivedAt} />
        </DescriptionRow>
        <DescriptionRow name="Took">
          {`${formatDuration(finishedAt - startedAt)}, ${formatDuration(finishedAt - receivedAt)} after the push`}
        </DescriptionRow>
        <DescriptionRow name="Transferred">{formatSize(tally.bytes)}</DescriptionRow>
      </dl>
      <Parts parts={run.parts} words={run.kind === 'copy' ? COPIED : {}} />
      {run.omitted && <p class="soft">{formatNumber(run.omitted)} more parts are counted but not listed.</p>}
    </>
  );
}

function Parts({ parts, words }: { parts: readonly PreheatPart[]; words: Readonly<Record<string, string>> }) {
  return (
    <table class="cards">
      <caption class="hidden">Parts of the image</caption>
      <Heads columns={['Part', 'Target', 'Result', { number: 'Size' }, 'Details']} />
      <tbody>
        {parts.map(({ target, role, digest, size: bytes, platform, result, reason, detail }) => (
          <tr key={`${target} ${digest} ${role}`}>
            <th scope="row">
              {role} <code>{shortDigest(digest)}</code>
              {platform && <div class="soft">{platform}</div>}
            </th>
            <td data-label="Target">{target || 'all targets'}</td>
            <td>
              <span class={`state ${PART_TONES[result]}`}>{words[result] ?? result}</span>
            </td>
            <td class="number" data-label="Size">
              {bytes === undefined ? '' : formatSize(bytes)}
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
