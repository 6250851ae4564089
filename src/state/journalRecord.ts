import { isMap } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'
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

type Check = (record: { readonly [key: string]: unknown }) => boolean

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isMaps = (value: unknown): boolean => Array.isArray(value) && value.every(isMap)
const hasAddress: Check = ({ address }) => isText(address)

/** What each record must have for those who read it. */
const CHECKS: { readonly [T in JournalRecord['type']]: Check } = {
  begin: ({ who, plan, created }) => isText(who) && isMaps(plan) && (created === undefined || isTexts(created)),
  step: ({ address, action }) => isText(address) && isText(action),
  child: ({ address, process }) => isText(address) && isMap(process) && typeof process.pid === 'number',
  done: hasAddress,
  failed: ({ address, problems }) =>
    isText(address) && isMaps(problems) && (problems as { code?: unknown }[]).every(({ code }) => isText(code)),
  skipped: hasAddress,
  end: ({ result }) => isText(result),
}

/** A line of a history as a record; undefined for one that was torn, edited, or written by a version that knows more. */
export function readRecord(line: string): JournalRecord | undefined {
  const value = withType(parseJson(line))
  if (!isMap(value) || !isText(value.type) || !isText(value.at) || !Object.hasOwn(CHECKS, value.type)) return undefined
  return CHECKS[value.type as JournalRecord['type']](value) ? (value as JournalRecord) : undefined
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
