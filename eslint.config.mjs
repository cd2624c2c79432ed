import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  // The examples import the package as its users do. Their types are checked by tsc.
  { ignores: ['dist', 'docs/.vitepress/dist', '.cache', '.escapement', 'coverage', 'node_modules', 'examples'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Errors are data (docs/decisions/0043). `error` in an answer of the drop-in API is a sentence.
    files: ['src/**/*.ts'],
    ignores: ['src/api/drop-in/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'Property[key.name=/^(problem|error)$/]',
          'VariableDeclarator[id.name="problem"]',
          'CallExpression[callee.name="withFix"]',
        ].flatMap((place) =>
          ['Literal[value=/; /]', 'TemplateLiteral > TemplateElement[value.raw=/; /]'].map((text) => ({
            selector: `${place} > ${text}`,
            message: 'A problem and its fix are two texts: { problem, fix }.',
          })),
        ),
      ],
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', fetch: 'readonly', setTimeout: 'readonly' },
    },
  },
  {
    // Temporal runs workflow code in a sandbox and again at every replay: what is not deterministic there breaks runs.
    files: ['workflows/**/*.ts', 'src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'fetch', 'Buffer', 'setInterval'],
    },
  },
  {
    // The classic form of a dashboard is deprecated, and the only one that every version of Grafana reads.
    files: ['monitoring/dashboards/*.ts'],
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
);
