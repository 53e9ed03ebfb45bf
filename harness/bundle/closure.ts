/** The packages that code needs at run time: found as Node finds them, from the package.json files of what is installed. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { installCommand } from '../package.ts'

/** A package, where it is, and where it goes: `node_modules/a`, or `node_modules/b/node_modules/a` where two versions are needed. */
export interface PlacedPackage {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly dir: string
  readonly place: string
}

export interface Target {
  readonly platform: string
  readonly arch: string
}

/**
 * The closure of `roots`, which are looked for from `from`. Optional dependencies that are not installed, or are for another platform, are
 * left out; anything else that is missing throws HarnessError `usage`. The order and the places depend on nothing but what is installed.
 */
export function closureOf(from: string, roots: readonly string[], target: Target): PlacedPackage[] {
  const placed = new Map<string, string>() // place → folder
  const open: { place: string; dir: string; needs: readonly Need[] }[] = [{ place: '', dir: from, needs: roots.map((name) => ({ name, optional: false })) }]
  for (let at = 0; at < open.length; at++) {
    const { place, dir, needs } = open[at]!
    for (const { name, optional } of [...needs].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const found = findPackage(dir, name)
      if (found === undefined && optional) continue
      if (found === undefined) throw new HarnessError('usage', `the package ${name} is needed, but is not installed`, { hint: installCommand(name) })
      const manifest = readManifest(found)
      if (optional && !fits(manifest, target)) continue
      if (visibleFrom(place, name, placed) === found) continue
      const top = `node_modules/${name}`
      const to = placed.has(top) ? `${place === '' ? '' : `${place}/`}node_modules/${name}` : top
      placed.set(to, found)
      open.push({ place: to, dir: found, needs: needsOf(manifest) })
    }
  }
  return [...placed]
    .map(([place, dir]) => {
      const { name, version, license } = readManifest(dir)
      return { name, version, license, dir, place }
    })
    .sort((a, b) => (a.place < b.place ? -1 : 1))
}

/** The folder of a package as Node looks for it: in `node_modules` of `from` and of every folder above. */
export function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const dir = join(folder, 'node_modules', name)
    if (existsSync(join(dir, 'package.json'))) return dir
    if (folder === dirname(folder)) return undefined
  }
}

// --- internal ---

interface Need {
  readonly name: string
  readonly optional: boolean
}

const Names = z.record(z.string(), z.unknown()).catch({})
const ManifestSchema = z.object({
  name: z.string().catch('unnamed'),
  version: z.string().catch('unknown'),
  license: z.string().catch('not stated'),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).catch({}),
  os: z.array(z.string()).optional().catch(undefined),
  cpu: z.array(z.string()).optional().catch(undefined),
})
type Manifest = z.infer<typeof ManifestSchema>

function readManifest(dir: string): Manifest {
  const file = join(dir, 'package.json')
  try {
    return ManifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (cause) {
    throw new HarnessError('usage', `${file} cannot be read`, { cause, hint: 'install the package again' })
  }
}

/** Peers count where they are installed: whoever needs them finds them beside itself. */
function needsOf({ dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }: Manifest): Need[] {
  const needs = new Map<string, boolean>()
  for (const name of Object.keys(peerDependencies)) if (peerDependenciesMeta[name]?.optional !== true) needs.set(name, true)
  for (const name of Object.keys(dependencies)) needs.set(name, false)
  for (const name of Object.keys(optionalDependencies)) needs.set(name, true)
  return [...needs].map(([name, optional]) => ({ name, optional }))
}

/** npm's fields `os` and `cpu`: names that are allowed, or with `!` are not. */
function fits({ os, cpu }: Manifest, { platform, arch }: Target): boolean {
  const allows = (list: readonly string[] | undefined, value: string): boolean => {
    if (list === undefined || list.length === 0 || list.includes(value)) return true
    return list.every((one) => one.startsWith('!')) && !list.includes(`!${value}`)
  }
  return allows(os, platform) && allows(cpu, arch)
}

/** What a package at that place would find under this name, among what is placed already. */
function visibleFrom(place: string, name: string, placed: ReadonlyMap<string, string>): string | undefined {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const found = folder.endsWith('node_modules') ? undefined : placed.get(`${folder === '' ? '' : `${folder}/`}node_modules/${name}`)
    if (found !== undefined) return found
    if (folder === '') return undefined
  }
}
