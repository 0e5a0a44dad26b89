/** The request that an endpoint gets for a delivery, with secrets masked: its lines, and as a command to copy. */
import { Text } from '../parts.js';
import { curlOf } from './curl.js';

/** What an endpoint would be sent now; secrets are `***`. */
export interface ShownRequest {
  /** Absent where the kind of the endpoint makes no request of its own. */
  request?: { method: string; headers: readonly (readonly [name: string, value: string])[]; body: string };
  url?: string;
  /** Why no request can be made of it. */
  problem?: string;
}

/** Nothing where the kind of the endpoint makes no request of its own. */
export function RequestAsSent({ shown: { url, request, problem } }: { shown: ShownRequest }) {
  if (problem) return <p class="note bad">No request can be made of it at present: {problem}</p>;
  if (!request || !url) return null;
  const lines = request.headers.map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <h2>Request</h2>
      <p class="soft">As it would be sent now, by the present configuration. Secrets are ***.</p>
      <Text name="Request">{[`${request.method} ${url}`, ...lines, '', request.body].join('\n')}</Text>
      <details>
        <summary>As curl</summary>
        <p>
          <button type="button" data-copy="curl" hidden>
            Copy
          </button>{' '}
          <span class="soft">Replace each *** with the secret.</span>
        </p>
        <div id="curl">
          <Text name="The request as a curl command">{curlOf(url, request)}</Text>
        </div>
      </details>
    </>
  );
}
