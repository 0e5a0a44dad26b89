import { expect, test } from 'vitest';
import { hostOfRegistry } from './index.js';

test.each([
  ['eu-west-1', 'amazonaws.com'],
  ['us-gov-west-1', 'amazonaws.com'],
  ['cn-north-1', 'amazonaws.com.cn'],
  ['eusc-de-east-1', 'amazonaws.eu'],
  ['us-iso-east-1', 'c2s.ic.gov'],
  ['us-isob-east-1', 'sc2s.sgov.gov'],
  ['us-isof-south-1', 'csp.hci.ic.gov'],
  ['eu-isoe-west-1', 'cloud.adc-e.uk'],
])('a registry in %s is below %s', (region, suffix) => {
  expect(hostOfRegistry('123456789012', region)).toBe(`123456789012.dkr.ecr.${region}.${suffix}`);
});

test.each([
  ['12345', 'eu-west-1'],
  ['123456789012', 'eu-west-1.evil.example'],
  ['123456789012', undefined],
])('%s in %s is none', (account, region) => {
  expect(hostOfRegistry(account, region)).toBeUndefined();
});
