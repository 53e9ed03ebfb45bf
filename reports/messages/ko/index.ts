/** 한국어. */
import type { Messages } from '../index.ts'
import { BASICS } from './basics.ts'
import { CHARTS } from './charts.ts'
import { SECTIONS } from './sections.ts'
import { inKorean } from './sentences.ts'
import { TABLES } from './tables.ts'
import { VERDICT } from './verdict.ts'

export const KO: Messages = { basics: BASICS, verdict: VERDICT, tables: TABLES, charts: CHARTS, sections: SECTIONS, sentences: inKorean }
