import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { generatedDocs } from '../../scripts/generate-docs.js';
import { openApiDocument } from '../../src/api/openapi.js';
import { complaintAboutDeprecation } from './contract.js';

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate({ ...openApiDocument() });
    expect(result).toEqual({ valid: true });
  });

  it('is up to date in docs (else: npm run docs)', async () => {
    expect(await readFile('docs/openapi.json', 'utf8')).toBe((await generatedDocs())['docs/openapi.json']);
  });

  it('requires exactly one of a target, an addition and a removal in a request', () => {
    expect(openApiDocument()).toMatchObject({
      components: {
        schemas: {
          ScaleRequestBody: {
            oneOf: [{ required: ['targetCapacity'] }, { required: ['add'] }, { required: ['remove'] }],
          },
        },
      },
    });
  });
});

describe('a field with a default', () => {
  const { paths, components } = openApiDocument();

  it('is not required of a request', () => {
    const { PauseRequest, Alertmanager } = components!.schemas!;
    expect(PauseRequest).toMatchObject({ properties: { direction: { default: 'both' } } });
    expect(PauseRequest).not.toHaveProperty('required');
    expect(Alertmanager).not.toHaveProperty('properties.alerts.items.required');
  });

  it('is described for every parameter of a query', () => {
    const runs = paths!['/v1/resources/{resource}/runs']!.get!.parameters;
    expect(runs).toMatchObject([
      { name: 'limit', in: 'query', description: 'Maximum number of runs.', schema: { default: 20 } },
      { name: 'before', in: 'query', description: expect.stringContaining('`next`') as unknown },
      { name: 'If-None-Match', in: 'header' },
    ]);
  });
});

/** The contract of the tests asks this of every response, and of an operation that is marked as deprecated from then on. */
describe('a response', () => {
  it.each([
    ['of an operation that is not deprecated', false, {}, undefined],
    ['of a deprecated operation, with the time', true, { Deprecation: '@1798761600' }, undefined],
    ['of a deprecated operation, without the header', true, {}, /is deprecated, and Deprecation is missing/],
    ['of a deprecated operation, with another time', true, { Deprecation: 'true' }, /has an invalid Deprecation: true/],
    ['of another operation, with the header', false, { Deprecation: '@1' }, /is not deprecated, and Deprecation is @1/],
  ])('%s, is as documented or not', (_, deprecated, sent, complaint) => {
    const told = complaintAboutDeprecation({ deprecated }, new Headers({ ...sent }));
    if (complaint) expect(told).toMatch(complaint);
    else expect(told).toBeUndefined();
  });
});
