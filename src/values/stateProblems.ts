import type { Problem } from './problem.ts'

const CODE = 'state/unreadable'

/** A state file that cannot be read. `reason`: `its serial is missing`. */
export function unreadableState(file: string, reason: string): Problem {
  return {
    code: CODE,
    summary: `The state ${file} cannot be read: ${reason}.`,
    remedy: `Restore ${file}.previous, or move the file away: without a state every resource is read again, and nothing is lost.`,
  }
}

/** A record whose facts the resource's kind cannot read. */
export function unreadableRecord(kind: string): Problem {
  return {
    code: CODE,
    summary: `The state has a record of kind ${kind} that this version of groundcrew cannot read.`,
    remedy: 'Use the version of groundcrew that wrote the state, or remove the record: groundcrew state rm ADDRESS',
  }
}
