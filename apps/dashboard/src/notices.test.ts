/** What every page says at its top. */
import { expect, test } from 'vitest';
import { expiringSoon } from './notices.js';
import { page } from './pages/layout.js';

const DAY_MS = 86_400_000;

test('a certificate that expires within two weeks, or has expired, is named on every page', () => {
  const now = 1_000 * DAY_MS;
  const notices = expiringSoon(
    [
      { setting: 'a.tls.cert', at: now + 15 * DAY_MS },
      { setting: 'b.tls.cert', at: now + 3 * DAY_MS },
      { setting: 'c.tls.ca', at: now - DAY_MS },
    ],
    now,
  );
  expect(notices).toEqual([
    expect.stringMatching(/^The certificate of b\.tls\.cert expires in 3d\b/),
    expect.stringMatching(/^The certificate of c\.tls\.ca expired 1d ago/),
  ]);
  const html = page({ title: 'Dead letters', notices: [...notices, 'the disk is full <b>'] });
  expect(html).toContain('c.tls.ca expired');
  expect(html).toContain('the disk is full &lt;b>');
  expect(page({ title: 'Sign in', bare: true, notices })).not.toContain('c.tls.ca');
});
