/** What becomes of the newest events at one endpoint, with a filter or template that is not in the file yet. */
import { eventName, plural } from '@longshore/event';
import {
  EXPLAINED_FROM,
  type ExplainedEndpoint,
  type ExplainedEvent,
  type Explanation,
  verdictOf,
} from '@longshore/operator/explain';
import { At, Heads, Text } from '../parts.js';

/** The fields of the form, as they were written. */
export interface ExplainFields {
  endpoint?: string | undefined;
  where?: string | undefined;
  template?: string | undefined;
  /** Id of an event or a delivery. */
  event?: string | undefined;
}

/** What the page shows. */
export interface ExplainProps {
  fields: ExplainFields;
  /** Names of the endpoints that events are routed to. */
  endpoints: readonly string[];
  /** Absent until an endpoint is chosen. */
  explanation?: Explanation;
  /** Why the filter or template cannot be tried. */
  refused?: string;
}

/** The page. */
export function ExplainPage({ fields, endpoints, explanation, refused }: ExplainProps) {
  return (
    <>
      <h1>Explain</h1>
      <p>
        Shows what becomes of the newest events at an endpoint: its rules, and the request that its receiver
        would get. Nothing is stored or sent. A filter or template that is written here is tried in the place
        of the endpoint’s own, and is not saved.
      </p>
      <Form fields={fields} endpoints={endpoints} />
      {refused !== undefined && (
        <p role="alert" class="note bad">
          {refused}
        </p>
      )}
      {explanation && <Results explanation={explanation} />}
    </>
  );
}

function Form({ fields, endpoints }: Pick<ExplainProps, 'fields' | 'endpoints'>) {
  return (
    <form action="/explain">
      <p class="row">
        <label>
          Endpoint
          <select name="endpoint">
            {endpoints.map((name) => (
              <option key={name} value={name} selected={name === fields.endpoint}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          Event or delivery
          <input name="event" value={fields.event} placeholder="the newest events" size={36} />
        </label>
      </p>
      <p>
        <label>
          Filter to try (<code>where</code>)
          <br />
          <textarea
            name="where"
            rows={3}
            cols={80}
            placeholder={'action == "push" && glob(repository, "acme/**")'}
          >
            {fields.where}
          </textarea>
        </label>
      </p>
      <p>
        <label>
          Template to try (YAML of <code>body</code>, format <code>template</code>)
          <br />
          <textarea
            name="template"
            rows={6}
            cols={80}
            placeholder={'text: "{{ actor }} pushed {{ image }}:{{ tag }}"'}
          >
            {fields.template}
          </textarea>
        </label>
      </p>
      <button type="submit" class="main">
        Explain
      </button>
    </form>
  );
}

function Results({ explanation: { events, untried } }: { explanation: Explanation }) {
  const shown = events.flatMap((event) => event.endpoints.map((endpoint) => ({ event, endpoint })));
  const count = (verdict: ExplainedEndpoint['verdict']): number =>
    shown.filter(({ endpoint }) => endpoint.verdict === verdict).length;
  if (events.length === 0)
    return <p role="status">No events are kept yet: neither in the archive nor in the trail.</p>;
  return (
    <>
      <p role="status">
        {count('delivered')} of {plural(events.length, 'event')} delivered, {count('ignored')} ignored,{' '}
        {plural(count('error'), 'error')}
        {untried > 0 && `; ${untried} were not tried, because the time limit was reached`}
      </p>
      {events.some(({ from }) => from === 'history') && (
        <p class="soft">
          The trail does not keep bodies, so size, registry and other fields of some events are not known
          here. With an archive they are.
        </p>
      )}
      <table class="cards">
        <caption class="hidden">Events, newest first</caption>
        <Heads columns={['Received', 'Event', 'Result', 'Request']} />
        <tbody>
          {shown.map(({ event, endpoint }) => (
            <Row key={`${event.source} ${event.id}`} event={event} endpoint={endpoint} />
          ))}
        </tbody>
      </table>
    </>
  );
}

const TONES: Record<ExplainedEndpoint['verdict'], string> = {
  delivered: 'good',
  ignored: 'soft',
  disabled: 'warn',
  error: 'bad',
};

function Row({ event, endpoint }: { event: ExplainedEvent; endpoint: ExplainedEndpoint }) {
  const { request, url, filterError } = endpoint;
  return (
    <tr>
      <td class="nowrap" data-label="Received">
        <At at={event.receivedAt} />
      </td>
      <th scope="row" class="break" title={EXPLAINED_FROM[event.from]}>
        {eventName(event)}
      </th>
      <td class="break" data-label="Result">
        <span class={`state long ${filterError === undefined ? TONES[endpoint.verdict] : 'warn'}`}>
          {verdictOf(endpoint)}
        </span>
      </td>
      <td class="break" data-label={request && 'Request'}>
        {request && (
          <details>
            <summary>
              {request.method} {url}
            </summary>
            <Text name={`Request for ${eventName(event)}`}>
              {request.headers.map(([name, value]) => `${name}: ${value}\n`).join('')}
              {`\n${request.body}`}
            </Text>
          </details>
        )}
      </td>
    </tr>
  );
}
