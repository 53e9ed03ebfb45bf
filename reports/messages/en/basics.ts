/** Words that every part of a report uses. */
import type { Decision, Origin, Role, RoutingRule, Saving } from '../../../harness/types.ts'
import { ENGLISH_UNITS, type Units } from '../../units.ts'

export const BASICS = {
  lang: 'en' as 'en' | 'ko',
  units: ENGLISH_UNITS as Units,
  range: (low: string, high: string) => `${low} to ${high}`,
  unknown: 'unknown',
  notMeasured: 'not measured',
  unknownWhy: (why: string) => `unknown: ${why}`,
  /** "a", "a and b", "a, b and c". */
  list: (parts: readonly string[]): string => (parts.length <= 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`),
  or: ' or ',
  more: (count: number) => `${count} more`,
  points: (points: string) => `${points} points`,
  origins: { measured: '', estimated: 'estimated', published: 'published' } as Record<Origin, string>,
  originNames: { measured: 'measured', estimated: 'estimated', published: 'published' } as Record<Origin, string>,
  roles: { teacher: 'teacher', student: 'student', control: 'control' } as Record<Role, string>,
  decisions: { replace: 'replace', 'keep-teacher': 'keep the teacher', undecided: 'undecided' } as Record<Decision, string>,
  kinds: { cost: 'cost', energy: 'energy', latency: 'latency' } as Record<Saving['kind'], string>,
  rules: {
    'answer-length': 'length of the answer',
    agreement: 'agreement of several answers',
    'log-probability': 'log-probability of the answer',
  } as Record<RoutingRule, string>,
  /** In words: "4.2 times faster", "74% cheaper". `amount` is "4.2 times" or "74%". */
  comparison: {
    times: (factor: string) => `${factor} times`,
    none: 'none at all',
    same: 'the same',
    unclear: 'no clear difference',
    speed: [(amount: string) => `${amount} faster`, (amount: string) => `${amount} slower`] as Pair,
    time: [(amount: string) => `${amount} slower`, (amount: string) => `${amount} faster`] as Pair,
    cost: [(amount: string) => `${amount} dearer`, (amount: string) => `${amount} cheaper`] as Pair,
    energy: [(amount: string) => `${amount} more energy`, (amount: string) => `${amount} less energy`] as Pair,
    power: [(amount: string) => `${amount} more power`, (amount: string) => `${amount} less power`] as Pair,
    size: [(amount: string) => `${amount} larger`, (amount: string) => `${amount} smaller`] as Pair,
    other: [(amount: string) => `${amount} more`, (amount: string) => `${amount} fewer`] as Pair,
    /** Both ends in one unit, which stands beside already. */
    range: (low: string, high: string, unit: 'times' | 'percent') => `${low} to ${high}${unit === 'percent' ? '%' : ''}`,
  },
}

/** Having more of something, and having less. */
export type Pair = readonly [more: (amount: string) => string, less: (amount: string) => string]
