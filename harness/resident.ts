/** Memory of this process. */

/** Bytes in memory now; where the system does not tell (a root without /proc), the most that there were. */
export function residentBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}
