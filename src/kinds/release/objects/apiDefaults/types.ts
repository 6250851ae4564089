import type { FactMap, FactValue } from '../../../../values/json.ts'

/** Whatever stands there: the server, or a controller, gives it out. */
export const SERVER_ASSIGNED = Symbol('any')
/** Nothing there, or below, goes without saying. */
export const NEVER_DEFAULT = Symbol('shown')

export type Expected = FactValue | typeof SERVER_ASSIGNED | typeof NEVER_DEFAULT | undefined

/** Where a field stands: its key, the key of what holds it, the fields beside it, and what the manifest has there. */
export type FieldContext = {
  readonly key: string
  readonly parentKey: string
  readonly siblings: FactMap
  readonly declared: FactMap
}

/** A value, or how it follows from what stands around it. */
export type Default = FactValue | typeof SERVER_ASSIGNED | ((place: FieldContext) => Expected)

/** Defaults by path. `*` stands for one key; a key with dots stands in brackets, as plans show it. */
export type Defaults = readonly (readonly [path: string, value: Default])[]
