import type { FactMap, FactValue } from '../../../values/json.ts'

/** Whatever stands there: the server, or a controller, gives it out. */
export const ANY = Symbol('any')
/** Nothing there, or below, goes without saying. */
export const SHOWN = Symbol('shown')

export type Meant = FactValue | typeof ANY | typeof SHOWN | undefined

/** Where a field stands: its key, the key of what holds it, the fields beside it, and what the manifest has there. */
export type Place = {
  readonly key: string
  readonly holder: string
  readonly beside: FactMap
  readonly named: FactMap
}

/** A value, or how it follows from what stands around it. */
export type Default = FactValue | typeof ANY | ((place: Place) => Meant)

/** Defaults by path. `*` stands for one key; a key with dots stands in brackets, as plans show it. */
export type Defaults = readonly (readonly [path: string, value: Default])[]
