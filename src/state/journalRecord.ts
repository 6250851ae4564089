import { isMap } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'
import { hasShape, isNumber, isText, listOf, optional } from '../values/shape.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'

/** One line of an apply's history. Never contains a secret, only facts and fingerprints. */
export type JournalRecord =
  | {
      readonly type: 'begin'
      readonly at: string
      readonly run: string
      readonly tool: string
      readonly who: string
      readonly serial: number
      /** Id of the saved plan that is applied. */
      readonly savedPlan?: string
      /** Resources that earlier runs began to create and that no run has read since: if they exist, groundcrew created them. */
      readonly created?: readonly string[]
      readonly plan: readonly PlannedLine[]
    }
  | { readonly type: 'step'; readonly at: string; readonly address: string; readonly action: string }
  | { readonly type: 'child'; readonly at: string; readonly address: string; readonly process: ProcessIdentity }
  | { readonly type: 'done'; readonly at: string; readonly address: string; readonly seconds: number }
  | {
      readonly type: 'failed'
      readonly at: string
      readonly address: string
      readonly seconds: number
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'skipped'; readonly at: string; readonly address: string; readonly because: string }
  | { readonly type: 'end'; readonly at: string; readonly result: EndResult; readonly seconds: number }

/** `lost`: the lock was lost, and helm was killed. */
export type EndResult = 'complete' | 'failed' | 'interrupted' | 'lost'

export type PlannedLine = {
  readonly address: string
  readonly action: string
  readonly edits: readonly { readonly field: string; readonly cause: string }[]
}

const resource = { at: isText, address: isText }

/** The fields that readers of the history rely on; a record may have others. */
const IS_RECORD: { readonly [T in JournalRecord['type']]: (record: unknown) => boolean } = {
  begin: hasShape({ at: isText, who: isText, plan: listOf(isMap), created: optional(listOf(isText)) }),
  step: hasShape({ ...resource, action: isText }),
  child: hasShape({ ...resource, process: hasShape({ pid: isNumber }) }),
  done: hasShape(resource),
  failed: hasShape({ ...resource, problems: listOf(hasShape({ code: isText })) }),
  skipped: hasShape(resource),
  end: hasShape({ at: isText, result: isText }),
}

/** Reads a line of a history; undefined for one that is torn, edited, or of a later version. */
export function readRecord(line: string): JournalRecord | undefined {
  const value = withType(parseJson(line))
  if (!isMap(value) || !isText(value.type) || !Object.hasOwn(IS_RECORD, value.type)) return undefined
  return IS_RECORD[value.type as JournalRecord['type']](value) ? (value as JournalRecord) : undefined
}

/** Earlier versions wrote the type as `t`. */
function withType(value: unknown): unknown {
  if (!isMap(value) || value.type !== undefined) return value
  const { t: type, ...rest } = value
  return { type, ...rest }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
