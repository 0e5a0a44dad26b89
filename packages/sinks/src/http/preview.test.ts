import { compileTemplate } from '@longshore/formats/template';
import { Secret } from '@longshore/settings/secrets';
import { expect, test } from 'vitest';
import { aDelivery, theFormat } from '../testing/builders.js';
import { previewRequest } from './preview.js';

test('secrets of a template are masked: in JSON with escapes, and beside an expression in a header', () => {
  const secret = 'one"two\\three';
  const template = compileTemplate({
    ...{
      url: 'http://127.0.0.1/',
      headers: { 'X-Key': ['a-secret-{{ tag }}'] },
      body: { token: new Secret(secret), repo: '{{ repository }}' },
    },
  });
  const shown = previewRequest(
    {
      ...{ name: 'alistener', url: 'http://127.0.0.1/', headers: {}, timeout: 1_000, concurrency: 1 },
      ...{ userAgent: 'longshore/0', format: theFormat('template'), template, annotate: false },
      hasToken: false,
    },
    aDelivery(),
    0,
  );
  expect(shown).toMatchObject({
    body: '{"token":"***","repo":"acme/app"}',
    headers: expect.arrayContaining([['X-Key', '***']]),
  });
  expect(JSON.stringify(shown)).not.toContain('a-secret');
});
