import { h } from 'preact';
import { expect, test } from 'vitest';
import { page } from './layout.js';

test('text that turns its direction is written out, and values of forms stay as they are', () => {
  const children = h('p', { class: 'a>b' }, 'push te\u009bam\u2066');
  const html = page({ title: 'a\u202eb', search: '"x>\u202e<y', children });
  expect(html).toContain('<title>a\\u202eb · Longshore</title>');
  expect(html).toContain('<p class="a>b">push te\\u009bam\\u2066</p>');
  expect(html).toContain('value="&quot;x>\u202e&lt;y"');
});
