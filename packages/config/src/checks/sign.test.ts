/** Signatures that cannot be made as they are configured. */
import { test } from 'vitest';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';

const traps: Trap[] = [
  {
    title: 'scheme custom without a header',
    bad: file('sign: { scheme: custom, secret: abc }'),
    problem: ['error', `${KEY}.sign`, /needs header/],
    fine: file('sign: { scheme: custom, secret: abc, header: X-Signature }'),
  },
  {
    title: 'a key of scheme custom beside another scheme',
    bad: file('sign: { scheme: github, secret: abc, prefix: "sha256=" }'),
    problem: ['error', `${KEY}.sign.prefix`, /belongs to scheme custom; the scheme is github/],
    fine: file('sign: { scheme: github, secret: abc }'),
  },
  {
    title: 'a secret that is no base64',
    bad: file('sign: { secret: "whsec_***" }'),
    problem: ['error', `${KEY}.sign.secret`, /not base64/],
    fine: file('sign: { secret: [whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, old] }'),
  },
  {
    title: 'a private key for a scheme without one',
    bad: file('sign: { scheme: gitea, secret: "whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" }'),
    problem: ['error', `${KEY}.sign.secret`, /scheme: standard/],
    fine: file('sign: { scheme: standard, secret: "whsk_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=" }'),
  },
];

test.each(traps)('$title', checkTrap);
