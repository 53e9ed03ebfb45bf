import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCommand, readArguments } from '../../harness/cli/arguments.ts'
import { COMMAND_NAMES, optionsOf, positionalOf } from '../../harness/cli/options.ts'
import { HarnessError } from '../../harness/errors.ts'

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'usage') return error.message
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the command', () => {
  test('is the first word that is no option, wherever global options stand', () => {
    expect(findCommand(['--debug', 'run', 'arithmetic', '--quick'])).toEqual({ name: 'run', rest: ['--debug', 'arithmetic', '--quick'] })
  })

  test('that is misspelt is answered with the nearest one', () => {
    expect(messageOf(() => findCommand(['reprot', 'latest']))).toBe('unknown command reprot; did you mean report?')
  })

  test('that resembles none is answered with all of them', () => {
    expect(messageOf(() => findCommand(['xylophone']))).toContain('the commands are run, plan, report')
  })
})

describe('options', () => {
  test('come typed, with defaults filled in and absent ones undefined', () => {
    expect(readArguments('run', ['arithmetic', '--quick', '--seed', '7', '--models=a,b'])).toEqual({
      suite: 'arithmetic',
      quick: true,
      out: '.distillbench',
      seed: 7,
      models: 'a,b',
      backend: 'auto',
      'until-decided': false,
      'allow-code': false,
      'max-minutes': undefined,
      'max-cost': undefined,
      set: [],
      resume: undefined,
      lang: 'en',
      json: false,
      debug: false,
      help: false,
    })
  })

  test('that are misspelt are answered with the nearest one', () => {
    expect(messageOf(() => readArguments('run', ['a', '--quik']))).toBe('unknown option --quik of run; did you mean --quick?')
    expect(messageOf(() => readArguments('run', ['a', '--modles', 'x']))).toBe('unknown option --modles of run; did you mean --models?')
  })

  test('that may be repeated are a list, and numbers may have a fraction where one makes sense', () => {
    const args = readArguments('mock', ['--model', 'a', '--jitter', '0.25', '--model=b.yaml'])
    expect([args.model, args.jitter, args['decode-ms']]).toEqual([['a', 'b.yaml'], 0.25, undefined])
    expect(readArguments('mock', []).model).toEqual([])
    expect(messageOf(() => readArguments('mock', ['--jitter', '1e3']))).toBe('option --jitter must be a number, zero or more, and was given "1e3"')
  })

  test('of another command are unknown', () => {
    expect(messageOf(() => readArguments('doctor', ['--quick']))).toBe('unknown option --quick of doctor')
  })

  test.each([
    [['a', '--out'], 'option --out needs a value'],
    [['a', '--out', '--json'], 'option --out needs a value'],
    [['a', '--out='], 'option --out needs a value'],
    [['a', '--quick=yes'], 'option --quick takes no value, and was given "yes"'],
    [['a', '--seed', '-1'], 'option --seed must be a whole number, zero or more, and was given "-1"'],
    [['a', '--seed', '1e3'], 'option --seed must be a whole number, zero or more, and was given "1e3"'],
    [['a', '--backend', 'wsam'], 'option --backend cannot be "wsam"; did you mean wasm?'],
    [['a', '--backend', 'metal-4'], 'option --backend cannot be "metal-4"; it is one of auto, tensorflow, webgpu, wasm, cpu'],
    [['a', 'b'], 'command run takes one SUITE; "b" is one too many'],
    [[], 'command run needs a SUITE'],
  ])('%j is one clear sentence', (rest, message) => {
    expect(messageOf(() => readArguments('run', rest))).toBe(message)
  })

  test('after `--` are words, not options', () => {
    expect(readArguments('report', ['--', '--odd-folder', 'b']).run).toEqual(['--odd-folder', 'b'])
  })
})

test('whatever is typed, the answer is arguments or a usage error', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', '--no-quick', '-h', '--seed', '--__proto__', '--constructor=1', '-qx'),
    fc.string().map((text) => `--${text}`),
  )
  fc.assert(
    fc.property(fc.constantFrom(...COMMAND_NAMES), fc.array(word, { maxLength: 6 }), (name, words) => {
      try {
        const args = readArguments(name, words) as Record<string, unknown>
        const known = [...Object.keys(optionsOf(name)), positionalOf(name)?.name]
        return Object.keys(args).every((key) => known.includes(key))
      } catch (error) {
        return error instanceof HarnessError && error.code === 'usage'
      }
    }),
  )
})
