/** How a schema is built, for what walks one: `@longshore/settings/shape`. */
export {
  fallbackOf,
  type Kind,
  kindOf,
  type Printed,
  type Shape,
  shapeOf,
  wordsOf,
} from './values/setting.js';
