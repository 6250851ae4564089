import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const EVERY = 4 * 1024 * 1024

let passed = 0
let collect: NodeJS.GCFunction | undefined

/**
 * Told of every piece of an archive that was read or unpacked. Each is a buffer of its own, outside of the heap whose size makes
 * V8 look for garbage: without a look after so many bytes, gigabytes that stream by leave up to a hundred MiB behind.
 */
export function noteBytes(bytes: number): void {
  passed += bytes
  if (passed < EVERY) return
  passed = 0
  collect ??= exposed()
  // The young ones only: a millisecond.
  void collect({ type: 'minor' })
}

/** V8 shows it to contexts that are made while the flag is set. */
function exposed(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc')
  try {
    return runInNewContext('gc') as NodeJS.GCFunction
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
