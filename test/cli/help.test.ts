import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { renderCliPage, renderCommandHelp, renderHelp } from '../../harness/cli/help.ts'
import { COMMAND_NAMES, EXIT_MEANINGS, optionsOf } from '../../harness/cli/options.ts'
import { EXIT } from '../../harness/errors.ts'

test.each([60, 80, 100])('no line of any help is wider than %d columns', (width) => {
  const texts = [renderHelp('1.2.3', width), ...COMMAND_NAMES.map((name) => renderCommandHelp(name, width))]
  const examples = (line: string): boolean => line.startsWith('  distillbench ')
  expect(texts.flatMap((text) => text.split('\n')).filter((line) => line.length > width && !examples(line))).toEqual([])
})

test('the help names every command and every exit code', () => {
  const text = renderHelp('1.2.3', 80)
  for (const name of COMMAND_NAMES) expect(text).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  for (const name of Object.keys(EXIT_MEANINGS) as (keyof typeof EXIT_MEANINGS)[])
    expect(text).toMatch(new RegExp(`^  ${EXIT[name]} +${EXIT_MEANINGS[name].slice(0, 20)}`, 'm'))
})

test('the help of a command names each of its options', () => {
  for (const name of COMMAND_NAMES) for (const option of Object.keys(optionsOf(name))) expect(renderCommandHelp(name, 80)).toContain(`--${option}`)
})

test('docs/cli.md is what the option table says; `npm run docs` writes it', () => {
  expect(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(renderCliPage())
})
