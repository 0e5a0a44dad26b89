/** What every format for a chat guarantees: a person sees the text from outside as it came, and no mention or link in it. */
import type { Delivery } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Format } from '../format.js';
import { anAlert } from './alerts.js';
import { HOSTILE } from './contract.js';
import { anEvent, INPUTS } from './inputs.js';

/** The input of a chat's test. */
export interface ChatContract {
  format: Format;
  /** `import.meta.url` of the test. */
  here: string;
  settings?: Record<string, unknown>;
  /** The lines that the chat shows, as plain text: what its markup makes of them. Throws where a mention or link would be shown. */
  shown(body: unknown): string[];
  /** How a text from outside is shown; a chat may replace what no reader misses. */
  seen?(text: string): string;
}

const oneLine = (text: string) => text.replaceAll(/[\r\n]+/g, ' ');

/** Declares the tests. */
export function describeChat({ format, here, settings, shown, seen = oneLine }: ChatContract): void {
  const options = { annotate: false, settings, dashboard: 'https://longshore.example.com' };
  const bodyOf = (delivery: Delivery, more: object = {}) => {
    const body = format.render([delivery], { ...options, ...more });
    return body ? JSON.parse(body.toString()) : expect.unreachable('nothing is rendered');
  };
  const alerts: [string, Delivery][] = [
    ['firing', anAlert({})],
    ['resolved', anAlert({ state: 'resolved' })],
  ];

  describe(`chat ${format.name}`, () => {
    test.each([...INPUTS, ...alerts])(
      'the message of %s is as it is written down',
      async (name, delivery) => {
        const text = `Content-Type: application/json\n\n${JSON.stringify(bodyOf(delivery))}\n`;
        await expect(text).toMatchFileSnapshot(new URL(`./samples/${name}.http`, here).pathname);
      },
    );

    test('text from outside is seen as it came', () => {
      const any = fc.oneof(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
        fc.constantFrom(...HOSTILE),
      );
      fc.assert(
        fc.property(any, any, (tag, actor) => {
          const lines = shown(bodyOf(anEvent({ target: { tag }, actor }), { dashboard: undefined }));
          expect(lines).toContain(seen(`registry.example.com/team/app:${tag}`));
          expect(lines).toContain(`By: ${seen(actor)}`);
        }),
        { numRuns: 100 },
      );
    });

    test('an alert has its summary, and its next step while it fires', () => {
      const lines = shown(bodyOf(anAlert({ summary: '<b>one</b> failed', next: 'look & fix' })));
      expect(lines).toContain('<b>one</b> failed');
      expect(lines).toContain('Next: look & fix');
    });

    test('a text of any length fits', () => {
      const body = bodyOf(
        anEvent({ target: { tag: '\u{1F433}*'.repeat(20_000) }, actor: '_'.repeat(20_000) }),
      );
      expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(200_000);
      expect(JSON.stringify(body)).not.toMatch(/\\ud83d(?!\\udc33)/);
    });
  });
}
