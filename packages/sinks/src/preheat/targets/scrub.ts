/**
 * Removes secrets that are recognizable by their form from untrusted text. A target may echo its own requests and
 * responses of others (the query of a signed URL, say), which no list of our own secrets can know.
 */
const FORMS: readonly [form: RegExp, instead: string][] = [
  [/\b(Bearer|Basic|Negotiate)[ +]+[\w~+/.-]{6,}=*/gi, '$1 ***'],
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){1,2}/g, '***'], // a JSON Web Token
  [/(\w+:\/\/)[^\s/@"']+@/g, '$1'], // userinfo
  [/(\w+:\/\/[^\s"'?#]+)\?[^\s"']*/g, '$1'], // query
  [/("?(?:password|passwd|secret|token|authorization)"?\s*[:=]\s*)("[^"]*"|[^\s,;}&]+)/gi, '$1***'],
];

/** The text with `***`, or nothing, in the place of each. */
export function withoutSecrets(text: string): string {
  return FORMS.reduce((left, [form, instead]) => left.replace(form, instead), text);
}
