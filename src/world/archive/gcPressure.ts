import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const COLLECT_EVERY_BYTES = 4 * 1024 * 1024

let bytesSinceCollection = 0
let collect: NodeJS.GCFunction | undefined

/**
 * To be called for every piece of an archive that is read or decompressed. Each piece is a buffer outside the heap, whose size
 * triggers V8's collections: without a forced collection, streaming gigabytes leaves up to a hundred MiB behind.
 */
export function noteBytes(bytes: number): void {
  bytesSinceCollection += bytes
  if (bytesSinceCollection < COLLECT_EVERY_BYTES) return
  bytesSinceCollection = 0
  collect ??= exposeGc()
  // Only the young generation: takes a millisecond.
  void collect({ type: 'minor' })
}

/** V8 exposes it to contexts that are created while the flag is set. */
function exposeGc(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as NodeJS.GCFunction
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
