/** Parts of a template that were not filled in: `<TOKEN>`, `@IP@`, `{{ .Values.token }}`, `CHANGEME`. */

const FORMS = [
  /<[A-Za-z][^<>]*>/,
  // Without its end: a comma in a list cuts `[Bearer <your token, if needed>]` in two.
  /(?:^|\s)<[A-Za-z][^<>]*$/,
  /@[A-Z][A-Z0-9_]*@/,
  /\{\{[^{}]*\}\}/,
  /__[A-Z][A-Z0-9_]*__/,
  /%[A-Z][A-Z_]{2,}%/,
  /\b(?:change|replace)[-_ ]?me\b/i,
  /\byour[-_ ](?:token|password|secret|api[-_ ]?key|key|host|domain)\b/i,
];

/** Whether a text holds one. */
export const holdsPlaceholder = (text: string): boolean => FORMS.some((form) => form.test(text));

/** The message; the text itself may be a secret. */
export const PLACEHOLDER = 'contains a placeholder that was not filled in, such as <TOKEN> or @IP@';
