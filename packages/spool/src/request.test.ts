import { describe, expect, test } from 'vitest';
import { decodeRequest, encodeRequest, NotARequest } from './request.js';
import { aRequest } from './testing/open-spool.js';

const request = {
  ...aRequest('line 1\nline 2 \u00e9\0'),
  headers: { 'x-nexus-webhook-id': 'id' },
  receivedAt: 17,
};

function reasonOf(file: Buffer): string | undefined {
  try {
    decodeRequest(file);
    return undefined;
  } catch (error) {
    return error instanceof NotARequest ? error.reason : String(error);
  }
}

describe('the file of a request', () => {
  test('gives back the request, and its first lines can be read by people', () => {
    const file = encodeRequest(request);
    expect(decodeRequest(file)).toEqual(request);
    expect(decodeRequest(encodeRequest({ ...request, body: Buffer.alloc(0) })).body).toHaveLength(0);
    const [first, second = ''] = file.toString().split('\n');
    expect(first).toMatch(/^longshore-spool 1 [0-9a-f]{64}$/);
    expect(JSON.parse(second)).toMatchObject({ source: 'one', kind: 'nexus', receivedAt: 17 });
  });

  test('with a byte that was changed anywhere, or cut off anywhere, is not taken for one', () => {
    const file = encodeRequest(request);
    for (let at = 0; at < file.length; at += 1) {
      const changed = Buffer.from(file);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect([at, reasonOf(changed)]).toEqual([at, expect.stringMatching(/^(damaged|unreadable)$/)]);
      expect(reasonOf(file.subarray(0, at))).toBe('damaged');
    }
  });

  test('of a newer version, or with another content, is unreadable', () => {
    const newer = encodeRequest(request).toString('latin1').replace('spool 1', 'spool 2');
    expect(reasonOf(Buffer.from(newer, 'latin1'))).toBe('unreadable');
    const other = { ...request, receivedAt: 'yesterday' };
    // @ts-expect-error: what another program may write
    expect(reasonOf(encodeRequest(other))).toBe('unreadable');
  });
});
