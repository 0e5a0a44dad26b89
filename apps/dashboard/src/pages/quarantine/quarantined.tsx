/** One quarantined request. */
import { formatNumber } from '@longshore/event';
import { isTruncated } from '@longshore/operator/answers';
import type { Quarantined } from '@longshore/queue/quarantine';
import { At, DescriptionRow, Hidden } from '../parts.js';
import { Refused, Submit } from '../submit.js';
import { Body } from './body.js';
import { KindChoice } from './confirm.js';

/** The page: what it is, what can be done, and its body with the fault marked. */
export function QuarantinedPage({ entry, kinds }: { entry: Quarantined; kinds: readonly string[] }) {
  const { id, reason, source, kind, receivedAt, path, headers, body, bytes } = entry;
  const kept = Buffer.byteLength(body, 'base64');
  return (
    <>
      <h1>{reason}</h1>
      <div class="row">
        <form class="row" method="post" action="/quarantine/retry">
          <Hidden values={{ id }} />
          <KindChoice kinds={kinds} />
          <Submit class="main">Retry</Submit>
        </form>
        <a class="button danger" href={`/quarantine/drop?id=${encodeURIComponent(id)}`}>
          Delete
        </a>
      </div>
      <Refused />
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
            ? `${formatNumber(bytes)}, only the first ${formatNumber(kept)} were kept, so it cannot be retried`
            : formatNumber(bytes)}
        </DescriptionRow>
        {Object.entries(headers).map(([name, value]) => (
          <DescriptionRow key={name} name={name}>
            {value}
          </DescriptionRow>
        ))}
      </dl>
      <h2>Body</h2>
      <Body body={body} reason={reason} />
    </>
  );
}
