/**
 * Peaks of devices as their makers publish them: dense matrix rates (half of what sheets state "with sparsity"), with 32-bit sums where
 * the sheet tells them apart, and the bandwidth of the device memory. Devices whose name stands for several products are left out.
 */

/** Rates in TFLOP/s: 32-bit (plain cores), 16-bit and 8-bit floating point; bandwidth in GB/s. */
export interface Device {
  name: string
  bandwidth: number
  f32?: number
  f16?: number
  f8?: number
  source: string
  /** Year of the sheet. */
  date: string
}

/** The device that a driver's name means, with the count that a meter writes before it ("4 × NVIDIA …"). Undefined: in no table. */
export function deviceOf(text: string): { device: Device; count: number } | undefined {
  const counted = /^(\d+) × (.*)$/.exec(text)
  const name = counted?.[2] ?? text
  const found = DEVICES.find(([pattern]) => pattern.test(name))
  return found === undefined ? undefined : { device: found[1], count: counted === null ? 1 : Number(counted[1]) }
}

/** For docs: the table. */
export function devices(): readonly Device[] {
  return DEVICES.map(([, device]) => device)
}

// --- internal ---

function nvidia(
  name: string,
  bandwidth: number,
  [f32, f16, f8]: readonly [f32: number | undefined, f16: number, f8?: number],
  source: string,
  date: string,
): Device {
  return { name, bandwidth, ...(f32 === undefined ? {} : { f32 }), f16, ...(f8 === undefined ? {} : { f8 }), source: `NVIDIA, ${source}`, date }
}

function apple(name: string, bandwidth: number, source: string, date: string): Device {
  return { name, bandwidth, source: `Apple, ${source}`, date }
}

/** Patterns are for the names that drivers give; the narrower stand first. */
const DEVICES: readonly (readonly [pattern: RegExp, device: Device])[] = [
  [/\bB200\b/, nvidia('B200', 8000, [undefined, 2250, 4500], 'DGX B200 data sheet, an eighth of the system', '2024')],
  [/\bH200\b(?!.*NVL)/, nvidia('H200 SXM', 4800, [67, 989.5, 1979], 'H200 Tensor Core GPU data sheet', '2024')],
  [/\bH100 NVL\b/, nvidia('H100 NVL', 3900, [60, 835.5, 1671], 'H100 Tensor Core GPU data sheet', '2024')],
  [/\bH100 PCIe\b/i, nvidia('H100 PCIe', 2000, [51, 756.5, 1513], 'H100 Tensor Core GPU data sheet', '2022')],
  [/\bH100\b.*(?:HBM3|SXM)/i, nvidia('H100 SXM', 3350, [67, 989.5, 1979], 'H100 Tensor Core GPU data sheet', '2023')],
  [/\bA100[ -]SXM\d?[ -]80GB\b/i, nvidia('A100 80GB SXM', 2039, [19.5, 312], 'A100 Tensor Core GPU data sheet', '2021')],
  [/\bA100[ -](?:80GB[ -]PCIe|PCIe[ -]80GB)\b/i, nvidia('A100 80GB PCIe', 1935, [19.5, 312], 'A100 Tensor Core GPU data sheet', '2021')],
  [/\bA100\b.*\b40GB\b/i, nvidia('A100 40GB', 1555, [19.5, 312], 'A100 Tensor Core GPU data sheet', '2020')],
  [/\bL40S\b/, nvidia('L40S', 864, [91.6, 362, 733], 'L40S data sheet', '2023')],
  [/\bL4\b/, nvidia('L4', 300, [30.3, 121, 242.5], 'L4 Tensor Core GPU data sheet', '2023')],
  [/\bA10\b/, nvidia('A10', 600, [31.2, 125], 'A10 Tensor Core GPU data sheet', '2021')],
  [/\bT4\b/, nvidia('T4', 320, [8.1, 65], 'T4 Tensor Core GPU product brief', '2020')],
  [/\bV100-SXM2\b/i, nvidia('V100 SXM2', 900, [15.7, 125], 'V100 Tensor Core GPU data sheet', '2018')],
  [/\bRTX 5090\b(?! ?(?:D\b|Laptop))/, nvidia('GeForce RTX 5090', 1792, [104.8, 209.5], 'RTX Blackwell GPU architecture paper', '2025')],
  [/\bRTX 4090\b(?! ?(?:D\b|Laptop))/, nvidia('GeForce RTX 4090', 1008, [82.6, 165.2, 330.3], 'Ada GPU architecture paper', '2022')],
  [/\bRTX 3090\b(?! ?(?:Ti\b|Laptop))/, nvidia('GeForce RTX 3090', 936, [35.6, 71], 'Ampere GA102 GPU architecture paper', '2020')],
  [/\bMI325X\b/, { name: 'Instinct MI325X', bandwidth: 6000, f32: 163.4, f16: 1307.4, f8: 2614.9, source: 'AMD, Instinct MI325X data sheet', date: '2024' }],
  [/\bMI300X\b/, { name: 'Instinct MI300X', bandwidth: 5300, f32: 163.4, f16: 1307.4, f8: 2614.9, source: 'AMD, Instinct MI300X data sheet', date: '2023' }],
  [/\bApple M1 Max\b/i, apple('M1 Max', 400, 'MacBook Pro technical specifications', '2021')],
  [/\bApple M[12] Ultra\b/i, apple('M1 or M2 Ultra', 800, 'Mac Studio technical specifications', '2023')],
  [/\bApple M2 Max\b/i, apple('M2 Max', 400, 'MacBook Pro technical specifications', '2023')],
  [/\bApple M4 Pro\b/i, apple('M4 Pro', 273, 'MacBook Pro technical specifications', '2024')],
]
