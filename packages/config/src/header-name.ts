/** The name of a header as a setting. */
import { matching } from '@longshore/settings/values';

/** RFC 9110, 5.6.2. */
export const headerName = () =>
  matching('header name', /^[\w!#$%&'*+.^`|~-]{1,128}$/, 'is not a header name; write X-Forwarded-User');
