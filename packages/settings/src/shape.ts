/** How a schema is built, for what walks one: `@longshore/settings/shape`. */
export {
  fallbackOf,
  type Kind,
  keysOf,
  kindOf,
  type Printed,
  type Shape,
  shapeOf,
  type UnionShape,
  wordsOf,
} from './values/setting.js';
