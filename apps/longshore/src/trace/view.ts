/** How a history is printed. */
import { styleText } from 'node:util';

/** Columns of the output. */
export const WIDTH = 80;

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Colours, the time, and the state of the endpoints. */
export interface View {
  /** In colour; the text itself where there are no colours. */
  paint(style: Style, text: string): string;
  /** Epoch milliseconds. */
  now: number;
  /** ` --config FILE` unless it is the default, for the commands that are printed. */
  option: string;
  /** Why nothing is delivered to an endpoint at present: `paused by the dashboard`. */
  blocked: ReadonlyMap<string, string>;
}

/** Paints, or does not. */
export const painter =
  (colours: boolean): View['paint'] =>
  (style, text) =>
    colours ? styleText(style, text, { validateStream: false }) : text;
