/** The parts of WebGPU that we use; the packages that bring it may be missing, and their types with them. */
import type { KernelBackend } from '@tensorflow/tfjs-core'

/** The package `webgpu`. */
export interface Dawn {
  /** Options as `name=value`; `adapter=` takes a part of a name. */
  create(options: readonly string[]): Gpu
  globals: object
}
export interface Gpu {
  /** Rejects where an adapter was named that is not there, and lists those that are. */
  requestAdapter(options: { powerPreference: 'high-performance'; forceFallbackAdapter?: boolean }): Promise<Adapter | null>
}
export interface Adapter {
  info: AdapterInfo
  features: ReadonlySet<string>
  limits: Limits
  requestDevice(descriptor: { requiredFeatures: readonly string[]; requiredLimits: Partial<Limits> }): Promise<Device>
}
export interface AdapterInfo {
  vendor: string
  architecture: string
  device: string
  description: string
  /** Software. Older releases have it at the adapter. */
  isFallbackAdapter?: boolean
}
/** In the order in which they are asked for. Bytes, workgroups or invocations. */
export const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const
export type Limits = Record<(typeof LIMITS)[number], number>
export interface Device {
  limits: Limits
  features: ReadonlySet<string>
  lost: Promise<{ reason: string; message: string }>
  queue: {
    submit(commands: readonly object[]): void
    writeBuffer(buffer: Buffer, offset: number, data: Float32Array | Uint32Array): void
  }
  createBuffer(descriptor: { size: number; usage: number }): Buffer
  createShaderModule(descriptor: { code: string; label: string }): object
  createComputePipeline(descriptor: { label: string; layout: 'auto'; compute: { module: object; entryPoint: string } }): Pipeline
  createBindGroup(descriptor: { layout: object; entries: readonly { binding: number; resource: { buffer: Buffer } }[] }): object
  createQuerySet(descriptor: { type: 'timestamp'; count: number }): QuerySet
  createCommandEncoder(): Encoder
  addEventListener(type: 'uncapturederror', listener: (event: { error: { message: string; constructor: { name: string } } }) => void): void
  destroy(): void
}

export interface Buffer {
  size: number
  mapAsync(mode: number, offset: number, size: number): Promise<void>
  getMappedRange(offset: number, size: number): ArrayBuffer
  unmap(): void
  destroy(): void
}
export interface QuerySet {
  destroy(): void
}
export interface Pipeline {
  getBindGroupLayout(index: number): object
}
export interface Encoder {
  beginComputePass(descriptor?: { timestampWrites: { querySet: QuerySet; beginningOfPassWriteIndex: number; endOfPassWriteIndex: number } }): Pass
  resolveQuerySet(set: QuerySet, first: number, count: number, to: Buffer, offset: number): void
  copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void
  finish(): object
}
export interface Pass {
  setPipeline(pipeline: Pipeline): void
  setBindGroup(index: number, group: object): void
  dispatchWorkgroups(x: number, y?: number, z?: number): void
  end(): void
}

/** The package @tensorflow/tfjs-backend-webgpu. */
export interface WebgpuPackage {
  WebGPUBackend: new (device: Device, info: AdapterInfo) => WebgpuBackend
}
export interface WebgpuBackend extends KernelBackend {
  /** Compiled programs by key. */
  pipelineCache: Record<string, unknown>
  bufferManager: { numBytesAllocated: number }
  device: Device
  /** Puts a tensor's values on the device where they are not there yet. */
  uploadToGPU(dataId: object): void
  tensorMap: { get(dataId: object): { resource: Buffer } }
  /** Commands that are not submitted yet. */
  commandEncoder: object | null
  endComputePassEncoder(): void
  submitQueue(): void
}
