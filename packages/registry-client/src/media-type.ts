/**
 * Media types (RFC 9110 section 8.3.1) as they are compared: without parameters and in lower case. Registries and
 * clients have written `application/vnd.oci.image.config.v1+json; charset=utf-8` into manifests.
 */

/** `type/subtype`. Undefined for what is no text, or an empty one. */
export function mediaTypeOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const [type = ''] = value.split(';', 1);
  return type.trim().toLowerCase() || undefined;
}
