/** How a trail is printed: on what, from where, and what is known of the endpoints beside it. */
import { styleText } from 'node:util';

/** Columns that everything fits into. */
export const WIDTH = 80;

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

export interface View {
  /** Colours; the text itself where there are none. */
  paint(style: Style, text: string): string;
  /** Epoch milliseconds. */
  now: number;
  /** ` --config FILE` where it is not the usual one, for commands to copy. */
  option: string;
  /** Why an endpoint gets nothing at the moment, in words. */
  held: ReadonlyMap<string, string>;
}

/** For a terminal that wants colours, or for anything else. */
export const painter =
  (colours: boolean): View['paint'] =>
  (style, text) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
