/** Earliest first: pairs of a time and a number, ties in the order of the number. */
export interface Heap {
  readonly size: number
  /** Time of the earliest pair; undefined when empty. */
  peek(): number | undefined
  push(time: number, id: number): void
  /** Takes the earliest pair away and gives its number; undefined when empty. */
  pop(): number | undefined
}

/** A binary heap; both operations take time in the logarithm of its size and allocate nothing. */
export function createHeap(): Heap {
  const times: number[] = []
  const ids: number[] = []
  const before = (i: number, j: number): boolean => times[i]! < times[j]! || (ids[i]! < ids[j]! && times[i] === times[j])
  const swap = (i: number, j: number): void => {
    const [time, id] = [times[i]!, ids[i]!]
    times[i] = times[j]!
    ids[i] = ids[j]!
    times[j] = time
    ids[j] = id
  }
  const sink = (from: number): void => {
    for (let i = from; ;) {
      const left = 2 * i + 1
      if (left >= times.length) return
      const child = left + 1 < times.length && before(left + 1, left) ? left + 1 : left
      if (!before(child, i)) return
      swap(child, i)
      i = child
    }
  }
  return {
    get size() {
      return times.length
    },
    peek: () => times[0],
    push(time, id) {
      times.push(time)
      ids.push(id)
      for (let i = times.length - 1; i > 0;) {
        const parent = (i - 1) >> 1
        if (!before(i, parent)) return
        swap(i, parent)
        i = parent
      }
    },
    pop() {
      const first = ids[0]
      if (first === undefined) return undefined
      const [time, id] = [times.pop()!, ids.pop()!]
      if (times.length > 0) {
        times[0] = time
        ids[0] = id
        sink(0)
      }
      return first
    },
  }
}
