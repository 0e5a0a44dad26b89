/** The building blocks of a schema. The kinds of value are in `@longshore/settings/values` and `/secrets`. */
export { authBlock, oneOrMore, presence, setting, shorthand, tag, type Written } from './values/setting.js';
export { headers, oneUser, texts, tls } from './values/shapes.js';
export { union } from './values/union.js';
