import { describe, expect, it } from '@jest/globals';
import { bodyInWords, failureInWords, valueInWords } from '../../src/adapters/net/answer-words.js';

describe('an error response is described by', () => {
  it.each([
    ['its error', { error: 'no such pool' }, '404: no such pool'],
    ['its message', { message: 'Not Found', status: 404 }, '404: Not Found'],
    ['title and detail', { type: 'urn:x', title: 'Gone', detail: 'It was deleted.' }, '404: Gone: It was deleted.'],
    ['what is under error', { error: { code: 404, message: 'no app', status: 'NOT_FOUND' } }, '404: 404: no app'],
    ['both levels', { code: 7, error: { message: 'no app' } }, '404: 7: no app'],
    ['its length, where no field is known', { reason: 'no pool' }, '404 (application/json of 20 characters)'],
    ['its length, where the field is no text', { message: ['no pool'] }, '404 (application/json of 23 characters)'],
    ['its length, where the text is empty', { error: '' }, '404 (application/json of 12 characters)'],
    ['its length, where it is a list', [{ error: 'no pool' }], '404 (application/json of 21 characters)'],
    ['nothing', '', '404 (an empty body)'],
    [
      'code and message in XML',
      '\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>QueueNotFound</Code><Message>No such queue.\nRequestId:7</Message><AuthenticationErrorDetail>hunter2</AuthenticationErrorDetail></Error>',
      '404: QueueNotFound: No such queue.',
    ],
    ['code and detail in XML', '<Error><Code>401</Code><Detail>\n  no claim\n</Detail></Error>', '404: 401: no claim'],
    ['its length, where XML is no error', '<a><Code>hunter2</Code></a>', '404 (application/json of 27 characters)'],
  ])('%s', (_how, body, words) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(failureInWords(404, { contentType: 'application/json; charset=utf-8', text })).toBe(words);
  });

  it('at most 200 characters of it, on one line', () => {
    const words = failureInWords(500, { text: JSON.stringify({ error: `a\r\n\tb\u0007${'c'.repeat(300)}` }) });
    expect(words).toBe(`500: a b ${'c'.repeat(196)}...`);
  });
});

it.each([
  ['text/html; charset=utf-8', 'text/html of 3 characters'],
  ['application/problem+json', 'application/problem+json of 3 characters'],
  [undefined, 'an untyped body of 3 characters'],
  ['hunter2', 'an untyped body of 3 characters'],
  [`${'x'.repeat(500)}/html`, 'an untyped body of 3 characters'],
])('a body of type %j is %s', (contentType, words) => {
  expect(bodyInWords({ contentType, text: 'abc' })).toBe(words);
});

it.each([
  [undefined, 'nothing'],
  [null, 'null'],
  ['', 'an empty text'],
  ['hunter2', 'a text of 7 characters'],
  [12, 'a number'],
  [true, 'true or false'],
  [['hunter2'], 'a list of 1'],
  [{ hunter2: 1 }, 'an object'],
])('the value %j is %s', (value, words) => {
  expect(valueInWords(value)).toBe(words);
});
