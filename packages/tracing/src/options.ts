/** What the process says of itself, and who hears of trouble. */
export interface TracingOptions {
  version: string;
  /** One line. May come with every batch that cannot be exported. */
  onTrouble(message: string): void;
}
