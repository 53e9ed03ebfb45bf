/**
 * The compute shaders of a decode step. A step of TensorFlow.js takes some fifty dispatches for a layer, each with buffers,
 * uniforms and bindings of its own, and copies the cache; these take ten, whose bindings stay the same from step to step.
 * B rows, D width, H heads, h = D/H, F hidden width, C places of the cache, V vocabulary. All tensors are float32, row by row.
 * `state` is [position of the token, step since the last read-back, places of the prompt].
 */

export interface Kernel {
  name: string
  code: string
  /** Workgroups. */
  size: readonly [number, number, number]
}

/** x [B, D] ← the rows of `embedding` [V, D] that `ids` [B] name. */
export function embedKernel(rows: number, width: number): Kernel {
  return elementwise(
    'embed',
    rows * width,
    ['read embedding: array<f32>', 'read ids: array<i32>', 'read_write x: array<f32>'],
    `x[i] = embedding[u32(ids[i / ${width}u]) * ${width}u + i % ${width}u];`,
  )
}

/** normed [B, D] ← x / rms(x) · gain. */
export function normKernel(rows: number, width: number): Kernel {
  const code = `${bindings(['read x: array<f32>', 'read gain: array<f32>', 'read_write normed: array<f32>'])}
var<workgroup> part: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let base = group.x * ${width}u;
  var mine = 0.0;
  for (var i = t; i < ${width}u; i += 64u) { mine += x[base + i] * x[base + i]; }
  part[t] = mine;
  workgroupBarrier();
  var sum = 0.0;
  for (var s = 0u; s < 64u; s++) { sum += part[s]; }
  let inverse = inverseSqrt(sum / ${width}.0 + 1e-5);
  for (var i = t; i < ${width}u; i += 64u) { normed[base + i] = x[base + i] * inverse * gain[i]; }
}`
  return { name: 'norm', code, size: [rows, 1, 1] }
}

export interface Product {
  rows: number
  inner: number
  columns: number
  /** `set`: out ← x·w. `add`: out ← out + x·w. `gate`: out ← silu(x·w)·(x·up). */
  into: 'set' | 'add' | 'gate'
}

/**
 * Few rows times a large matrix w [inner, columns]: every weight is read once for up to eight rows. A workgroup has 8 lanes side by
 * side, so that neighbours read neighbouring memory, and rows of threads behind them that share the sum. Everything is summed
 * behind a single barrier: barriers cost more than additions, in software most of all.
 */
export function productKernel({ rows, inner, columns, into }: Product): Kernel {
  const [wide, type] = columns % 4 === 0 ? [4, 'vec4<f32>'] : [1, 'f32']
  const across = columns / wide
  const tile = Math.min(rows, 8)
  const gate = into === 'gate'
  const most = Math.min(32, Math.floor(SHARED / (tile * 8 * wide * 4 * (gate ? 2 : 1))))
  const splits = Math.max(1, Math.min(most, Math.ceil(inner / 32))) // a thread is worth some numbers
  const threads = 8 * splits
  const add = (sum: string): string => `var ${sum} = ${type}(); for (var s = 0u; s < ${splits}u; s++) { ${sum} += s${sum}[(m * ${splits}u + s) * 8u + lane]; }`
  const code = `${bindings(['read x: array<f32>', `read w: array<${type}>`, ...(gate ? [`read up: array<${type}>`] : []), `read_write out: array<${type}>`])}
var<workgroup> sa: array<${type}, ${tile * threads}>;
${gate ? `var<workgroup> sb: array<${type}, ${tile * threads}>;` : ''}
@compute @workgroup_size(8, ${splits})
fn main(@builtin(local_invocation_id) local: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let lane = local.x;
  let column = group.x * 8u + lane;
  let first = group.y * ${tile}u;
  ${each(tile, (m) => `var a${m} = ${type}(); ${gate ? `var b${m} = ${type}();` : ''}`)}
  if (column < ${across}u) {
    for (var k = local.y; k < ${inner}u; k += ${splits}u) {
      let weight = w[k * ${across}u + column];
      ${gate ? `let other = up[k * ${across}u + column];` : ''}
      ${each(tile, (m) => `let x${m} = x[min(first + ${m}u, ${rows - 1}u) * ${inner}u + k]; a${m} += x${m} * weight; ${gate ? `b${m} += x${m} * other;` : ''}`)}
    }
  }
  ${each(tile, (m) => `sa[(${m * splits}u + local.y) * 8u + lane] = a${m}; ${gate ? `sb[(${m * splits}u + local.y) * 8u + lane] = b${m};` : ''}`)}
  workgroupBarrier();
  if (column < ${across}u) {
    for (var m = local.y; m < ${tile}u && first + m < ${rows}u; m += ${splits}u) {
      let at = (first + m) * ${across}u + column;
      ${add('a')}
      ${gate ? add('b') : ''}
      ${{ set: 'out[at] = a;', add: 'out[at] += a;', gate: 'out[at] = a / (1.0 + exp(-a)) * b;' }[into]}
    }
  }
}`
  return { name: `product ${into}`, code, size: [Math.ceil(across / 8), Math.ceil(rows / tile), 1] }
}

/** logits [B, V] ← normed [B, D] · embeddingᵀ: a workgroup for each token of the vocabulary. */
export function logitsKernel(rows: number, width: number, vocabulary: number): Kernel {
  const tile = Math.min(rows, 32)
  const code = `${bindings(['read normed: array<f32>', 'read embedding: array<f32>', 'read_write logits: array<f32>'])}
var<workgroup> part: array<f32, ${64 * tile}>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let token = group.x + group.y * ${WIDE}u;
  let first = group.z * ${tile}u;
  ${each(tile, (m) => `var sum${m} = 0.0;`)}
  for (var d = t; d < ${width}u; d += 64u) {
    let weight = embedding[min(token, ${vocabulary - 1}u) * ${width}u + d];
    ${each(tile, (m) => `sum${m} += normed[min(first + ${m}u, ${rows - 1}u) * ${width}u + d] * weight;`)}
  }
  ${each(tile, (m) => `part[${m * 64}u + t] = sum${m};`)}
  workgroupBarrier();
  if (t < ${tile}u && first + t < ${rows}u && token < ${vocabulary}u) {
    var total = 0.0;
    for (var s = 0u; s < 64u; s++) { total += part[t * 64u + s]; }
    logits[(first + t) * ${vocabulary}u + token] = total;
  }
}`
  return { name: 'logits', code, size: [Math.min(vocabulary, WIDE), Math.ceil(vocabulary / WIDE), Math.ceil(rows / tile)] }
}

/** Rotates k [B, D] to its position and writes it and v behind what the caches [B, H, C, h] hold. `table`: cos, then sin, [2, positions, h]. */
export function appendKernel(rows: number, width: number, heads: number, capacity: number, positions: number): Kernel {
  const h = width / heads
  return elementwise(
    'append',
    rows * width,
    [
      'read k: array<f32>',
      'read v: array<f32>',
      'read turn: array<f32>',
      'read state: array<u32>',
      'read_write keys: array<f32>',
      'read_write values: array<f32>',
    ],
    `let j = i % ${h}u;
  let to = ((i / ${h}u) * ${capacity}u + state[0]) * ${h}u + j;
  keys[to] = ${rotated('k', h, positions)};
  values[to] = v[i];`,
  )
}

/**
 * softmax(q·kᵀ/√h + mask)·v over what the caches hold, a workgroup for each row and head: tiles of 64 places, the sum kept up to
 * scale (Milakov and Gimelshein 2018, arXiv 1805.02867). `pad` [B, places of the prompt] is added to the scores there.
 */
export function attentionKernel(rows: number, width: number, heads: number, capacity: number, positions: number): Kernel {
  const h = width / heads
  const own = Math.ceil(h / 64)
  const code = `${bindings([
    'read q: array<f32>',
    'read keys: array<f32>',
    'read values: array<f32>',
    'read pad: array<f32>',
    'read turn: array<f32>',
    'read state: array<u32>',
    'read_write out: array<f32>',
  ])}
var<workgroup> query: array<f32, ${h}>;
var<workgroup> score: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let row = group.x / ${heads}u;
  let cache = group.x * ${capacity * h}u;
  let length = state[0] + 1u;
  let padded = state[2];
  for (var j = t; j < ${h}u; j += 64u) {
    let i = group.x * ${h}u + j;
    query[j] = ${rotated('q', h, positions)} * ${1 / Math.sqrt(h)};
  }
  workgroupBarrier();
  var most = -3e38;
  var sum = 0.0;
  var own: array<f32, ${own}>;
  for (var begin = 0u; begin < length; begin += 64u) {
    let place = begin + t;
    var mine = -3e38;
    if (place < length) {
      mine = 0.0;
      for (var j = 0u; j < ${h}u; j++) { mine += query[j] * keys[cache + place * ${h}u + j]; }
      if (place < padded) { mine += pad[row * padded + place]; }
    }
    score[t] = mine;
    workgroupBarrier();
    var top = most;
    for (var s = 0u; s < 64u; s++) { top = max(top, score[s]); }
    workgroupBarrier();
    score[t] = exp(mine - top);
    workgroupBarrier();
    let decay = exp(most - top);
    let count = min(64u, length - begin);
    sum *= decay;
    for (var s = 0u; s < count; s++) { sum += score[s]; }
    for (var n = 0u; n < ${own}u; n++) {
      let j = t + n * 64u;
      if (j < ${h}u) {
        var value = own[n] * decay;
        for (var s = 0u; s < count; s++) { value += score[s] * values[cache + (begin + s) * ${h}u + j]; }
        own[n] = value;
      }
    }
    most = top;
    workgroupBarrier();
  }
  for (var n = 0u; n < ${own}u; n++) {
    let j = t + n * 64u;
    if (j < ${h}u) { out[group.x * ${h}u + j] = own[n] / sum; }
  }
}`
  return { name: 'attention', code, size: [rows * heads, 1, 1] }
}

/** ids [B] ← the likeliest token, the first of equals; told [steps, 2, B] ← it and its log-probability, nats. */
export function pickKernel(rows: number, vocabulary: number): Kernel {
  const threads = vocabulary > 4096 ? 256 : 64
  const code = `${bindings(['read logits: array<f32>', 'read state: array<u32>', 'read_write ids: array<i32>', 'read_write told: array<f32>'])}
var<workgroup> part: array<f32, ${threads}>;
var<workgroup> place: array<u32, ${threads}>;
@compute @workgroup_size(${threads})
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let base = group.x * ${vocabulary}u;
  var most = -3e38;
  var at = 0u;
  for (var i = t; i < ${vocabulary}u; i += ${threads}u) { if (logits[base + i] > most) { most = logits[base + i]; at = i; } }
  part[t] = most;
  place[t] = at;
  workgroupBarrier();
  var top = part[0];
  var best = place[0];
  for (var s = 1u; s < ${threads}u; s++) {
    if (part[s] > top || (part[s] == top && place[s] < best)) { top = part[s]; best = place[s]; }
  }
  workgroupBarrier();
  var mine = 0.0;
  for (var i = t; i < ${vocabulary}u; i += ${threads}u) { mine += exp(logits[base + i] - top); }
  part[t] = mine;
  workgroupBarrier();
  var sum = 0.0;
  if (t == 0u) {
    for (var s = 0u; s < ${threads}u; s++) { sum += part[s]; }
    ids[group.x] = i32(best);
    told[state[1] * ${2 * rows}u + group.x] = f32(best);
    told[state[1] * ${2 * rows}u + ${rows}u + group.x] = -log(sum);
  }
}`
  return { name: 'pick', code, size: [rows, 1, 1] }
}

/** The next position and the next step. */
export function advanceKernel(): Kernel {
  return elementwise('advance', 1, ['read_write state: array<u32>'], 'state[0] += 1u; state[1] += 1u;')
}

/** Keys or values of the prompt [B, H, T, h] to the beginning of a cache [B, H, C, h]; T is in `state`. */
export function spreadKernel(rows: number, width: number, heads: number, capacity: number): Kernel {
  const h = width / heads
  const code = `${bindings(['read prompt: array<f32>', 'read state: array<u32>', 'read_write cache: array<f32>'])}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let count = state[2] * ${h}u;
  for (var i = t; i < count; i += 64u) { cache[group.x * ${capacity * h}u + i] = prompt[group.x * count + i]; }
}`
  return { name: 'spread', code, size: [rows * heads, 1, 1] }
}

// --- internal ---

/** Workgroups in one dimension, below the 65,535 that every device takes. */
const WIDE = 32_768
/** Bytes of shared memory that every device has. */
const SHARED = 16_384

function bindings(names: readonly string[]): string {
  return names.map((name, i) => `@group(0) @binding(${i}) var<storage, ${name.replace(' ', '> ')};`).join('\n')
}

function elementwise(name: string, count: number, buffers: readonly string[], body: string): Kernel {
  const groups = Math.ceil(count / 64)
  const code = `${bindings(buffers)}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3<u32>) {
  let i = (group.x + group.y * ${WIDE}u) * 64u + t;
  if (i >= ${count}u) { return; }
  ${body}
}`
  return { name, code, size: [Math.min(groups, WIDE), Math.ceil(groups / WIDE), 1] }
}

/** Unrolled here: an array that is indexed in a loop may end up outside of the registers. */
function each(count: number, body: (m: number) => string): string {
  return Array.from({ length: count }, (_, m) => body(m)).join('\n      ')
}

/** Number i of `x`, rotated: j is its place in the head. The first half goes with −sin of the second (ops.ts, `rotate`). */
function rotated(x: string, h: number, positions: number): string {
  const angle = `state[0] * ${h}u + j`
  return `(${x}[i] * turn[${angle}] + select(${x}[i - min(j, ${h / 2}u)], -${x}[min(i + ${h / 2}u, arrayLength(&${x}) - 1u)], j < ${h / 2}u) * turn[${positions * h}u + ${angle}])`
}
