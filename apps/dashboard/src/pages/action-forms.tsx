/** A button for each action that an endpoint is offered. Pause and resume have a form of their own. */
import type { EndpointOverview } from '@longshore/operator';
import { ACTIONS } from '@longshore/operator/actions';
import { Submit } from './submit.js';

/** @param path of the endpoint's page */
export function ActionForms({ overview, path }: { overview: EndpointOverview; path: string }) {
  return ACTIONS.filter(({ offered }) => offered?.(overview)).map(({ name, description, options, role }) => (
    <form key={name} class="row" method="post" action={`${path}/${name}`}>
      {Object.entries(options).map(([option, { words, maxLength }]) => (
        <label key={option}>
          {words}
          <input name={option} maxlength={maxLength} autocomplete="off" />
        </label>
      ))}
      <Submit needs={role}>{name}</Submit>
      <span class="soft">{description}</span>
    </form>
  ));
}
