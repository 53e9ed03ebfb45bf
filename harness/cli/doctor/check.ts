/** One thing that doctor looked at. */
export interface Check {
  group: 'runtime' | 'backends' | 'meters' | 'load' | 'code of models' | 'optional packages'
  name: string
  state: 'works' | 'absent' | 'failed'
  /** How it works, or why it does not. */
  detail: string
  /** What to do about it. */
  advice?: string
}
