/** The public types of the library are those of the committed reports: a change of them is seen in a review. */
import { readdirSync, readFileSync } from 'node:fs';
import { apiReports } from '../../scripts/api-report.js';

const folder = 'docs/library';
let reports: Record<string, string>;

// Every type of the library is resolved.
beforeAll(async () => {
  reports = await apiReports();
}, 120_000);

it('there is a report for each entry of the package, and no other', () => {
  expect(readdirSync(folder).map((name) => `${folder}/${name}`)).toEqual(Object.keys(reports).toSorted());
});

it('the reports are up to date (else: npm run docs)', () => {
  for (const [path, text] of Object.entries(reports)) {
    expect({ path, text: readFileSync(path, 'utf8') }).toEqual({ path, text });
  }
});

it('a report has the fields of answers, and nothing private', () => {
  const report = reports[`${folder}/escapement.api.md`] ?? '';
  expect(report).toMatch(/export type RunsAnswer = \{[^}]*runId: string;/);
  expect(report).toContain('scale(resource: string, body: ScaleRequestBody, options?: ScaleOptions)');
  expect(report).not.toMatch(/#\w|private |import\("/);
});
