/** The request cannot be made of this event. The same at every attempt. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
}
