// @ts-check
import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/**
 * Imports point downwards only. Each room of src-main names the rooms it must not reach into; a room is a folder or an
 * entry file. `engine` and `contract` serve all but `backup` and `mail`.
 */
const HOSTS = ['electron', 'preload', 'serve', 'start', 'cli', 'desktop', 'hosts']
const TOP = [...HOSTS, 'api']
/** @type {Record<string, string[]>} */
const MAY_NOT_IMPORT = {
  'contract/**': [...TOP, 'drill', 'recovery', 'export', 'verify', 'remote', 'catalog', 'mail', 'engine'],
  'backup/**': [
    ...TOP,
    'drill',
    'recovery',
    'export',
    'verify',
    'remote',
    'catalog',
    'mail',
    'engine',
    'contract',
  ],
  'mail/**': [...TOP, 'drill', 'recovery', 'export', 'verify', 'remote', 'catalog', 'engine', 'contract'],
  'engine/**': [...TOP, 'drill', 'recovery', 'export', 'verify', 'remote', 'catalog', 'mail', 'backup'],
  'catalog/**': [...TOP, 'drill', 'recovery', 'export', 'verify', 'remote'],
  'export/**': [...TOP, 'drill', 'recovery', 'verify', 'remote'],
  'verify/**': [...TOP, 'drill', 'recovery', 'remote'],
  'remote/**': [...TOP, 'drill', 'recovery', 'export', 'verify', 'catalog', 'mail'],
  'recovery/**': [...TOP, 'drill'],
  'drill/**': [...HOSTS, 'api', 'recovery'],
  'api/**': [...HOSTS],
  'cli/**': ['electron', 'preload', 'desktop', 'start'],
  'hosts/**': ['electron', 'preload', 'serve', 'start', 'cli', 'desktop'],
  'desktop/**': ['electron', 'preload', 'serve', 'start', 'cli'],
}

/** @param {string[]} rooms */
function rooms(rooms) {
  return {
    regex: `^\\.\\.?/(?:.*/)?(?:${rooms.join('|')})(?:/|\\.ts$)`,
    message: 'Imports point downwards only: see MAY_NOT_IMPORT in eslint.config.js.',
  }
}
const ELECTRON = {
  regex: '^electron(?:/|$)',
  message: 'electron is imported by electron.ts, preload.ts and desktop/ only.',
}
const RENDERER = { regex: 'src-renderer', message: 'The engine knows nothing of the page.' }

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'node_modules/', 'coverage/', 'test/fixtures/', 'test/e2e/screenshots/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        project: [
          './tsconfig.node.json',
          './tsconfig.preload.json',
          './tsconfig.web.json',
          './tsconfig.e2e.json',
        ],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is found everywhere.' },
        { selector: 'TSEnumDeclaration', message: 'No enums: literal unions.' },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, sourceType: 'module' } },
    rules: {
      // prettier's business
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
      'vue/multi-word-component-names': 'off',
      // Vuetify's slots carry a dot: `#item.name`
      'vue/valid-v-slot': ['error', { allowModifiers: true }],
      'no-undef': 'off',
    },
  },
  {
    files: ['src-renderer/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^node:', message: 'The page has no Node.' },
            ELECTRON,
            { regex: 'src-main/(?!contract/|backup/types)', message: 'The page knows the contract only.' },
            {
              regex: 'src-main/',
              allowTypeImports: true,
              message: 'The page imports types only: zod and the engine stay out of it.',
            },
          ],
        },
      ],
    },
  },
  ...Object.entries(MAY_NOT_IMPORT).map(([files, above]) => ({
    files: [`src-main/${files}`],
    rules: {
      '@typescript-eslint/no-restricted-imports': /** @type {const} */ ([
        'error',
        { patterns: [rooms(above), RENDERER, ...(files === 'desktop/**' ? [] : [ELECTRON])] },
      ]),
    },
  })),
  {
    // declarations of modules know no other way, and these tools want a default export
    files: ['*.config.ts', '*.config.js', 'src-renderer/env.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines': ['error', { max: 600 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
)
