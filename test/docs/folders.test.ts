/** The folder tree in docs/architecture.md is the one that there is. */
import { readdirSync, readFileSync } from 'node:fs';

const roots = ['workflows', 'activities', 'src', 'monitoring'];

/** Lines such as `  platforms/      one file or folder for each platform`, indented by two spaces a level. */
function foldersIn(tree: string): string[] {
  const above: string[] = [];
  return tree
    .split('\n')
    .filter((line) => /^ *[\w-]+\//.test(line))
    .map((line) => {
      const [, indent = '', name = ''] = /^( *)([\w-]+)\//.exec(line) ?? [];
      above.splice(indent.length / 2, above.length, name);
      return above.join('/');
    });
}

function foldersBelow(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...inside.flatMap(({ name }) => foldersBelow(`${folder}/${name}`))];
}

it('names every folder of the code, and no other', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const [, tree = ''] = /## Folders\n[^`]*```text\n([^`]*)```/.exec(page) ?? [];
  expect(foldersIn(tree).toSorted()).toEqual(roots.flatMap(foldersBelow).toSorted());
});
