import type { FactMap, FactValue } from '../../../../values/json.ts'

/** Any value: the server, or a controller, assigns it. */
export const SERVER_ASSIGNED = Symbol('server-assigned')
/** No default: neither the value nor anything below it is implied. */
export const NEVER_DEFAULT = Symbol('never a default')

export type Expected = FactValue | typeof SERVER_ASSIGNED | typeof NEVER_DEFAULT | undefined

/** The place of a field: its key, its parent's key, the fields beside it, and what the manifest declares beside it. */
export type FieldContext = {
  readonly key: string
  readonly parentKey: string
  readonly siblings: FactMap
  readonly declared: FactMap
}

/** A value, or how it follows from the fields around it. */
export type Default = FactValue | typeof SERVER_ASSIGNED | ((context: FieldContext) => Expected)

/** Defaults by path. `*` is any one key; a key with dots is in brackets, as plans show it. */
export type Defaults = readonly (readonly [path: string, value: Default])[]
