/** What is wrong around the relay: the checks of `longshore doctor`, run by this process. */
import type { Check, Status } from '@longshore/doctor';
import { plural } from '@longshore/event';
import { Heads, withCode } from './parts.js';

const WORDS: Record<Status, string> = { pass: 'passed', warn: 'warning', fail: 'failed', skip: 'skipped' };
const TONES: Record<Status, string> = { pass: 'good', warn: 'warn', fail: 'bad', skip: 'soft' };
/** Worst first: what passed is read last. */
const ORDER: readonly Status[] = ['fail', 'warn', 'skip', 'pass'];

/** The page. @param checks absent until they are asked for */
export function DoctorPage({ checks }: { checks?: readonly Check[] }) {
  return (
    <>
      <h1>Checks</h1>
      <p>
        Tries Redis, the archive, this machine, and every receiver up to DNS, connection and TLS. Receivers
        get no request. The same on the command line: <code>longshore doctor</code>.
      </p>
      <form class="row" action="/doctor">
        <input type="hidden" name="run" value="now" />
        <button type="submit" class="main">
          {checks ? 'Run again' : 'Run the checks'}
        </button>
      </form>
      {checks && <Results checks={checks} />}
    </>
  );
}

function Results({ checks }: { checks: readonly Check[] }) {
  const count = (status: Status): number => checks.filter((check) => check.status === status).length;
  const failed = count('fail');
  const sorted = checks.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return (
    <>
      <p role="status" class={failed > 0 ? 'state bad' : 'state good'}>
        {failed > 0 ? `${plural(failed, 'check')} failed` : 'Nothing fails'},{' '}
        {plural(count('warn'), 'warning')}
      </p>
      <table class="cards">
        <caption class="hidden">Checks, the worst first</caption>
        <Heads columns={['Result', 'Check', 'Found', 'What to do']} />
        <tbody>
          {sorted.map((check) => (
            <Row key={`${check.group} ${check.name} ${check.endpoint} ${check.message}`} {...check} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Row({ group, name, endpoint, status, message, fix }: Check) {
  return (
    <tr>
      <th scope="row" class="nowrap">
        <span class={`state ${TONES[status]}`}>{WORDS[status]}</span>
      </th>
      <td data-label="Check">
        {group}: {endpoint === undefined ? name : `${endpoint}, ${name}`}
      </td>
      <td class="break" data-label="Found">
        {withCode(message)}
      </td>
      <td class="break" data-label={fix && 'What to do'}>
        {fix && withCode(fix)}
      </td>
    </tr>
  );
}
