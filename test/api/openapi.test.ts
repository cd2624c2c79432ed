import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { generatedDocs } from '../../scripts/generate-docs.js';
import { openApiDocument } from '../../src/api/openapi.js';
import { problemTypes } from '../../src/api/http/problem.js';

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(openApiDocument());
    expect(result).toEqual({ valid: true });
  });

  it('is the one under docs (else: npm run docs)', async () => {
    expect(await readFile('docs/openapi.json', 'utf8')).toBe((await generatedDocs())['docs/openapi.json']);
  });

  it('says that a request is exactly one of a target, an addition and a removal', () => {
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

it.each(Object.entries(problemTypes))('docs/api.md says what to do about the problem %s', async (type, { status }) => {
  expect(await readFile('docs/api.md', 'utf8')).toMatch(new RegExp(`^\\| \`${type}\` +\\| ${status} `, 'm'));
});
