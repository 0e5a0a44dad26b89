/** Buttons of forms, which are disabled for those who may not use them, and the reason. */
import { type Actor, type DashboardRole, mayAct } from '@longshore/operator/access';
import { type ComponentChildren, createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Who looks at the page, and whether anything may be changed; {@link Submit} reads it. */
export const Access = createContext<{ actor?: Actor; isReadonly?: boolean }>({});

/** Why the reader may not do what asks for this role; undefined when they may. */
function useRefusal(needs: DashboardRole): string | undefined {
  const { actor, isReadonly } = useContext(Access);
  if (isReadonly) return 'The dashboard is read-only: dashboard.operate is false in the configuration.';
  const may = actor === undefined || mayAct(actor.role, needs);
  return may ? undefined : `Changes here need the role ${needs}; yours is ${actor.role}.`;
}

/** What a button of a form has. */
export interface SubmitProps {
  /** The role that may do it; `operator` unless given. */
  needs?: DashboardRole;
  class?: string;
  /** What it does, in a sentence. */
  title?: string;
  disabled?: boolean;
  /** Name for screen readers, when the text alone does not say what is acted on. */
  label?: string;
  children?: ComponentChildren;
}

/** The button of a form. */
export function Submit({ needs = 'operator', disabled, label, title, children, ...rest }: SubmitProps) {
  const refusal = useRefusal(needs);
  return (
    <button
      type="submit"
      {...rest}
      aria-label={label}
      disabled={disabled || refusal !== undefined}
      title={refusal ?? title}
    >
      {children}
    </button>
  );
}

/** Says why the buttons beside it are disabled; nothing when they are not. */
export function Refused({ needs = 'operator' }: Pick<SubmitProps, 'needs'>) {
  const refusal = useRefusal(needs);
  return refusal === undefined ? null : <p class="soft">{refusal}</p>;
}
