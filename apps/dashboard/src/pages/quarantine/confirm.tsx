/** What a retry or a deletion of quarantined requests will do, before it is done. */
import { formatNumber, plural } from '@longshore/event';
import { Hidden, link } from '../parts.js';
import { Refused, Submit } from '../submit.js';
import { quarantinedPath } from './quarantine.js';
import type { QuarantinePageQuery } from './query.js';

/** What has to be confirmed. */
export interface ConfirmQuarantineProps {
  action: 'retry' | 'drop';
  query: QuarantinePageQuery;
  /** Number of matches. */
  total: number;
  /** Kinds of source, for a retry. */
  kinds: readonly string[];
}

const RULES = {
  drop: 'This cannot be undone, and the sender does not send them again.',
  retry:
    'Each request is parsed again, oldest first. What can be parsed is delivered by the present rules, as if it came in now; what cannot stays here, with its present reason. An event that was accepted before is not delivered twice.',
};

/** Asked before many are retried, and before any is deleted. */
export function ConfirmQuarantine({ action, query, total, kinds }: ConfirmQuarantineProps) {
  const { id: ids = [], ...fields } = query;
  const things = plural(total, 'quarantined request');
  const verb = action === 'drop' ? 'Delete' : 'Retry';
  const needs = action === 'drop' && ids.length !== 1 ? 'admin' : 'operator';
  const filters = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  if (ids.length > 0) filters.push(`${formatNumber(ids.length)} selected`);
  return (
    <>
      <h1>
        {verb} {things}?
      </h1>
      <p>{filters.join(', ') || 'All of quarantine.'}</p>
      <p class={action === 'drop' ? 'note bad' : 'soft'}>{RULES[action]}</p>
      <Refused needs={needs} />
      <form class="row" method="post" action={`/quarantine/${action}`}>
        <Hidden values={filters.length === 0 ? { all: 'true' } : fields} />
        {ids.map((id) => (
          <input key={id} type="hidden" name="id" value={id} />
        ))}
        {action === 'retry' && <KindChoice kinds={kinds} />}
        <Submit needs={needs} class={action === 'drop' ? 'danger' : 'main'} disabled={total === 0}>
          {verb} {things}
        </Submit>
        <a
          class="button"
          href={ids.length === 1 ? quarantinedPath(ids[0] ?? '') : link('/quarantine', fields)}
        >
          Back
        </a>
      </form>
    </>
  );
}

/** As which kind a request is parsed. */
export function KindChoice({ kinds }: { kinds: readonly string[] }) {
  return (
    <label>
      Try again as
      <select name="as">
        <option value="">its own kind</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {kind}
          </option>
        ))}
      </select>
    </label>
  );
}
