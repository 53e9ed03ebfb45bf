/**
 * Thermal design power of processors, for estimates. TDP is a limit for cooling, not a consumption: a busy processor
 * may draw less, or for a while more.
 */

export interface CpuPower {
  /** Watts per busy logical CPU: TDP ÷ logical CPUs of the package. */
  readonly wattsPerCpu: number
  /** Where the figure comes from, for the report. */
  readonly how: string
}

/** Looks the processor up by the name that the operating system gives it. */
export function cpuPower(model: string): CpuPower {
  const name = model
    .replace(/\((?:R|TM)\)|CPU/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const found = TDP.find(([part]) => ` ${name} `.includes(` ${part} `))
  if (found === undefined) {
    return {
      wattsPerCpu: FALLBACK_WATTS,
      how: `assumed ${FALLBACK_WATTS} W per busy logical CPU, the figure of Cloud Carbon Footprint for a fully loaded vCPU (AWS average), as "${name || 'unknown'}" is not in the table of processors`,
    }
  }
  const [part, watts, threads] = found
  return { wattsPerCpu: watts / threads, how: `TDP of ${part}, ${watts} W for ${threads} logical CPUs (maker's specification)` }
}

// --- internal ---

/** cloudcarbonfootprint.org, Methodology, Compute: between 0.74 W idle and 3.5 W busy per vCPU. */
const FALLBACK_WATTS = 3.5

/** Name, TDP in watts, logical CPUs of one package. From ark.intel.com and amd.com; most also in CodeCarbon's cpu_power.csv. */
const TDP: readonly (readonly [name: string, watts: number, threads: number])[] = [
  ['EPYC 7402', 180, 48],
  ['EPYC 7502', 180, 64],
  ['EPYC 7543', 225, 64],
  ['EPYC 7551', 180, 64],
  ['EPYC 7601', 180, 64],
  ['EPYC 7702', 200, 128],
  ['EPYC 7713', 225, 128],
  ['EPYC 7742', 225, 128],
  ['EPYC 7763', 280, 128],
  ['EPYC 7B12', 240, 128],
  ['EPYC 9554', 360, 128],
  ['EPYC 9654', 360, 192],
  ['Xeon E5-2680 v4', 120, 28],
  ['Xeon Gold 6154', 200, 36],
  ['Xeon Platinum 8171M', 165, 52],
  ['Xeon Platinum 8180', 205, 56],
  ['Xeon Platinum 8259CL', 210, 48],
  ['Xeon Platinum 8260', 165, 48],
  ['Xeon Platinum 8280', 205, 56],
  ['Xeon Platinum 8380', 270, 80],
  ['Xeon Platinum 8468', 350, 96],
  ['Xeon Platinum 8480+', 350, 112],
  ['Xeon Platinum 8480C', 350, 112],
  ['Core i5-8250U', 15, 8],
  ['Core i5-1135G7', 28, 8],
  ['Core i7-1165G7', 28, 8],
  ['Core i7-8550U', 15, 8],
  ['Core i7-8700K', 95, 12],
  ['Core i7-9750H', 45, 12],
  ['Core i7-10700K', 125, 16],
  ['Core i7-10750H', 45, 12],
  ['Core i7-11700K', 125, 16],
  ['Core i9-9900K', 95, 16],
  ['Core i9-10900K', 125, 20],
  ['Core i9-13900K', 125, 32],
  ['Ryzen 5 3600', 65, 12],
  ['Ryzen 5 5600X', 65, 12],
  ['Ryzen 7 3700X', 65, 16],
  ['Ryzen 7 5800X', 105, 16],
  ['Ryzen 9 3950X', 105, 32],
  ['Ryzen 9 5900X', 105, 24],
  ['Ryzen 9 5950X', 105, 32],
  ['Ryzen 9 7950X', 170, 32],
  ['Ryzen Threadripper 3970X', 280, 64],
  ['Ryzen Threadripper 3990X', 280, 128],
]
