import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { importsOf, loadedWith, parseImports, ROOT, sourceFiles, type Import } from './imports.ts'

const VOCABULARY = [
  'harness/types.ts',
  'harness/units.ts',
  'harness/errors.ts',
  'harness/random.ts',
  'harness/price.ts',
  'harness/variables.ts',
  'harness/resident.ts',
]

interface Boundary {
  /** Files and folders of ours that may be imported, besides the own folder. `''` is everything. */
  ours: readonly string[]
  packages: readonly string[]
  /** May import `node:` modules. */
  node: boolean
  /** May import a module whose name is computed: a user's own file, or a package that may be missing. */
  computed?: boolean
}

/** Who may import whom. The longest path that a file begins with decides. */
const BOUNDARIES: Readonly<Record<string, Boundary>> = {
  'harness/types.ts': { ours: [...VOCABULARY, 'harness/types'], packages: [], node: false },
  'harness/types': { ours: VOCABULARY, packages: [], node: false },
  'harness/units.ts': { ours: [], packages: [], node: false },
  'harness/errors.ts': { ours: [], packages: [], node: false },
  'harness/price.ts': { ours: ['harness/types.ts'], packages: [], node: false },
  'harness/random.ts': { ours: [], packages: [], node: false },
  'harness/variables.ts': { ours: [], packages: [], node: false },
  'harness/resident.ts': { ours: [], packages: [], node: false },
  'harness/package.ts': { ours: [], packages: [], node: true },
  'harness/index.ts': { ours: [''], packages: [], node: false },
  'harness/suite': {
    ours: [...VOCABULARY, 'harness/package.ts', 'harness/workloads', 'harness/meters', 'harness/analysis'],
    packages: ['zod', 'yaml', 'jiti'],
    node: true,
    computed: true,
  },
  // what `import … from 'distillbench'` means inside a user's suite
  'harness/suite/module.ts': { ours: ['harness/errors.ts', 'harness/index.ts'], packages: ['jiti'], node: true },
  'harness/meters': { ours: [...VOCABULARY, 'harness/package.ts'], packages: ['zod', 'systeminformation'], node: true },
  'harness/meters/nvml': { ours: [...VOCABULARY, 'harness/package.ts', 'harness/meters'], packages: ['koffi'], node: true },
  'harness/workloads': { ours: [...VOCABULARY, 'harness/package.ts', 'harness/models/openai/tokenizer.ts'], packages: ['zod', 're2js', 'ajv'], node: true },
  'harness/workloads/math': { ours: [...VOCABULARY, 'harness/package.ts', 'harness/workloads'], packages: ['zod', 'nerdamer-prime', 'decimal.js'], node: true },
  'harness/workloads/datasets': { ours: [...VOCABULARY, 'harness/workloads', 'harness/duckdb'], packages: ['zod', 'undici', 'csv-parse'], node: true },
  'harness/models': { ours: [...VOCABULARY, 'harness/package.ts'], packages: ['zod', 'jiti'], node: true, computed: true },
  // what `import … from 'distillbench'` means inside a user's adapter
  'harness/models/registry.ts': {
    ours: [...VOCABULARY, 'harness/index.ts', 'harness/models'],
    packages: ['zod', 'jiti'],
    node: true,
    computed: true,
  },
  'harness/models/openai': {
    ours: [...VOCABULARY, 'harness/package.ts'],
    packages: ['zod', 'undici', '@huggingface/tokenizers', '@huggingface/jinja'],
    node: true,
  },
  'harness/models/recorded': { ours: VOCABULARY, packages: [], node: false },
  'harness/models/published': { ours: VOCABULARY, packages: ['zod'], node: true },
  'harness/models/tfjs': {
    ours: [...VOCABULARY, 'harness/package.ts'],
    packages: ['zod', '@tensorflow/*', 'tinybench', 'webgpu', 'jiti'],
    node: true,
    computed: true,
  },
  'harness/models/mock': { ours: [...VOCABULARY, 'harness/models/openai', 'scripts/mock'], packages: ['zod'], node: true },
  'harness/duckdb': { ours: [...VOCABULARY, 'harness/package.ts'], packages: ['@duckdb/node-api'], node: true },
  'harness/run': {
    ours: [
      ...VOCABULARY,
      'harness/package.ts',
      'harness/suite',
      'harness/workloads',
      'harness/meters',
      'harness/models',
      'harness/duckdb',
      'harness/analysis/verdict/look.ts',
      'harness/analysis/table',
    ],
    packages: ['zod'],
    node: true,
  },
  'harness/run/environment.ts': { ours: [...VOCABULARY, 'harness/package.ts'], packages: ['systeminformation'], node: true },
  'harness/import': { ours: [...VOCABULARY, 'harness/package.ts', 'harness/run', 'harness/workloads'], packages: ['zod', 'yauzl', 'fzstd'], node: true },
  // reads records and analyses; never sees a live model
  'harness/gate': { ours: [...VOCABULARY, 'harness/analysis', 'harness/suite', 'harness/run'], packages: ['zod'], node: true },
  'harness/history': { ours: [...VOCABULARY, 'harness/analysis'], packages: ['zod'], node: true },
  'harness/analysis': { ours: VOCABULARY, packages: [], node: false },
  'harness/prices': { ours: [...VOCABULARY, 'harness/analysis/price.ts'], packages: ['@pydantic/genai-prices'], node: false },
  'harness/distill': {
    ours: [...VOCABULARY, 'harness/package.ts', 'harness/models/tfjs', 'harness/workloads', 'harness/suite', 'harness/meters'],
    packages: ['zod', '@tensorflow/*', 'yaml'],
    node: true,
  },
  'harness/bundle': { ours: [...VOCABULARY, 'harness/package.ts'], packages: ['zod', 'modern-tar'], node: true },
  'harness/cli': { ours: [''], packages: ['citty', 'zod'], node: true },
  reports: {
    ours: [...VOCABULARY, 'harness/package.ts', 'harness/analysis', 'harness/history'],
    packages: ['vega', 'vega-lite', 'csv-stringify', 'diff', '@resvg/resvg-js'],
    node: true,
  },
  // the script of interactive pages, bundled for browsers
  'reports/zoom/browser': {
    ours: ['reports/text-width.ts'],
    packages: ['vega-dataflow', 'vega-encode', 'vega-interpreter', 'vega-scenegraph', 'vega-transforms', 'vega-view', 'vega-view-transforms'],
    node: false,
  },
  'reports/schema': { ours: [...VOCABULARY, 'harness/run/store/schema'], packages: ['zod'], node: false },
  suites: { ours: ['harness/index.ts', 'harness/types.ts', 'harness/workloads'], packages: [], node: true },
  scripts: { ours: [''], packages: ['openai', 'undici', 'zod', 'yaml', 'tinybench', 'playwright-core', '@tensorflow/*', 'vitest'], node: true, computed: true },
}

/** Too heavy to be loaded by `--help`, or by a suite that imports `distillbench`. */
const HEAVY = [
  /^@resvg\//,
  /^@pydantic\//,
  /^@tensorflow\//,
  /^vega/,
  /^systeminformation$/,
  /^webgpu$/,
  /^tinybench$/,
  /^undici$/,
  /^@huggingface\//,
  /^@duckdb\//,
]

const files = sourceFiles()
const imports = files.flatMap(importsOf)

test('every file imports only what its folder may import', () => {
  expect(imports.flatMap(violation)).toEqual([])
})

test('a folder that the table forgets is found', () => {
  expect(files.filter((file) => boundaryOf(file) === undefined)).toEqual([])
})

test('the public API and the command line load no model runtime, no chart library and no host reader before they need it', () => {
  for (const entry of ['harness/index.ts', 'harness/cli/bin.ts', 'harness/cli/main.ts', 'harness/cli/io.ts', 'harness/cli/failure.ts']) {
    const heavy = [...loadedWith(entry)].filter((name) => HEAVY.some((pattern) => pattern.test(name)))
    expect({ entry, heavy }).toEqual({ entry, heavy: [] })
  }
})

test('no file imports itself through others', () => {
  const cycles = files.filter((file) =>
    importsOf(file).some(({ to, kind }) => kind === 'static' && to !== undefined && to !== file && loadedWith(to).has(file)),
  )
  expect(cycles).toEqual([])
})

test('every package that is imported is declared, and every declared one is imported', () => {
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const shipped = imports.filter(({ to, from }) => isPackage(to) && !from.startsWith('scripts/') && !from.startsWith('reports/zoom/browser/')) // that is bundled by the build
  const names = new Set(shipped.map(({ to }) => to))
  const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  expect([...names].filter((name) => name !== undefined && !(name in declared))).toEqual([])
  const everywhere = new Set(imports.map(({ to }) => to))
  expect(Object.keys({ ...dependencies }).filter((name) => !everywhere.has(name))).toEqual([])
  // The one exception: an optional peer that our own tests need, at a version of its own.
  expect(Object.keys({ ...devDependencies }).filter((name) => name in declared)).toEqual(['koffi'])
})

test('the reader of imports sees each form that the sources use', () => {
  const source = [
    "import { a, type B } from './a.ts'",
    "import type { C } from 'c'",
    "export { d } from './d.ts'",
    "export type { E } from './e.ts'",
    "import './f.ts'",
    "const g = await import('g')",
    'const h = await import(name)',
    "type I = typeof import('i')",
    "// import { no } from 'comment'",
    "import {\n  j,\n} from 'j'",
  ].join('\n')
  expect(parseImports(source)).toEqual([
    { specifier: './a.ts', kind: 'static' },
    { specifier: 'c', kind: 'type' },
    { specifier: './d.ts', kind: 'static' },
    { specifier: './e.ts', kind: 'type' },
    { specifier: 'j', kind: 'static' },
    { specifier: './f.ts', kind: 'static' },
    { specifier: 'i', kind: 'type' },
    { specifier: 'g', kind: 'dynamic' },
    { specifier: undefined, kind: 'dynamic' },
  ])
})

// --- internal ---

function boundaryOf(file: string): (Boundary & { path: string }) | undefined {
  const path = Object.keys(BOUNDARIES)
    .filter((prefix) => isInside(file, prefix))
    .sort((a, b) => b.length - a.length)[0]
  return path === undefined ? undefined : { ...BOUNDARIES[path]!, path }
}

function violation({ from, to, kind }: Import): string[] {
  const boundary = boundaryOf(from)
  if (!boundary) return []
  const what = `${from} imports ${to ?? 'a computed name'}`
  if (to === undefined) return boundary.computed ? [] : [what]
  if (to.startsWith('node:')) return boundary.node || kind === 'type' ? [] : [what]
  if (isPackage(to)) return boundary.packages.some((name) => (name.endsWith('/*') ? to.startsWith(name.slice(0, -1)) : to === name)) ? [] : [what]
  return isInside(to, boundary.path) || boundary.ours.some((prefix) => isInside(to, prefix)) ? [] : [what]
}

function isPackage(to: string | undefined): boolean {
  return to !== undefined && !to.startsWith('node:') && !to.endsWith('.ts') && !to.endsWith('.json')
}

function isInside(file: string, prefix: string): boolean {
  return prefix === '' || file === prefix || file.startsWith(`${prefix}/`)
}
