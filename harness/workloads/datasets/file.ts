/** A file on this machine, and what messages call it. */
export interface LocalFile {
  readonly path: string
  readonly name: string
}
