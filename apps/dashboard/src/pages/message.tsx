/** Pages with one message: a result, or an error and what to do about it. */
import { withCode } from './parts.js';

/** The message. */
export interface MessageProps {
  title: string;
  /** One paragraph each. */
  text: readonly string[];
  tone?: 'good' | 'warn' | 'bad';
  /** Buttons below it. */
  links?: readonly { href: string; text: string }[];
}

/** The page. */
export function Message({ title, text, tone = 'bad', links = [] }: MessageProps) {
  return (
    <>
      <div class={`verdict ${tone}`} role="status">
        <h1>{title}</h1>
        {text.map((line) => (
          <p key={line}>{withCode(line)}</p>
        ))}
      </div>
      <p class="row">
        {links.map(({ href, text: name }) => (
          <a key={href} class="button" href={href}>
            {name}
          </a>
        ))}
      </p>
    </>
  );
}
