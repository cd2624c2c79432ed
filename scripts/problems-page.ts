/** docs/problems.md, from the problems of the API. */
import { problemTypes, problemUri, type ProblemType } from '../src/api/http/problem.js';

export function problemsPage(): string {
  const types = Object.keys(problemTypes) as ProblemType[];
  return `# Problem types

<!-- Made from src/api/http/problem.ts by \`npm run docs\`. Do not edit. -->

Every error of \`/v1\` is a [problem detail](api.md#errors) whose \`type\` is one of these, after \`urn:escapement:problem:\`. The types are stable: a
program may decide by them. \`detail\` has the words for the case at hand.

${types.map(section).join('\n\n')}
`;
}

function section(type: ProblemType): string {
  const { status, title, meaning, action } = problemTypes[type];
  return [`## ${type}`, `**${status}: ${title}.** \`${problemUri(type)}\``, meaning, `**What to do:** ${action}`].join(
    '\n\n',
  );
}
