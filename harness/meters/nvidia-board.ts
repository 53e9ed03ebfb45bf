/** What is known of boards by their names. */

/**
 * Whether `power.draw` and NVML's power usage are a mean of about a second on a board: since Ampere, but for its largest chip (A100, A800,
 * A30), whose readings are instant, as those of the boards before were (Yang, Adamek and Armour, arXiv 2312.02741, table of boards).
 */
export function drawIsAverage(names: readonly string[]): boolean {
  return !names.every((name) => INSTANT.test(name))
}

/** Bits of the reasons for lower clocks (nvmlClocksEventReason): SW power cap, HW slowdown, SW thermal, HW thermal, HW power brake. */
export const SLOWED = 0x4n | 0x8n | 0x20n | 0x40n | 0x80n
/** SW thermal, HW thermal. */
export const HEAT = 0x20n | 0x40n

// --- internal ---

const INSTANT = /\b(?:A100|A800|A30|V100S?|T4|T4G|P100|P40|P4|K40\w?|K80|GTX 1\d\d\d|RTX 20\d\d|TITAN (?:V|Xp|RTX)|Quadro (?:RTX|GV|GP|P)\w*)\b/i
