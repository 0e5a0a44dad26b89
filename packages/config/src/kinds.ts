/** The kinds of endpoint and of source that a configuration may name. A new kind starts here. */

/** `http`: each event is posted to `url`. */
export const ENDPOINT_KINDS = ['http'] as const;

/** `distribution`: a registry that sends the notifications of CNCF Distribution. */
export const SOURCE_KINDS = ['distribution'] as const;

/** What an endpoint may ask for: the registry's own four actions, and all else that registries tell. */
export const EVENT_CLASSES = ['event', 'other'] as const;
