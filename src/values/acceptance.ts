import type { JsonPointer } from './json.ts'
import type { Position } from './position.ts'

/** A difference that a person looked at and lets be, until a day. */
export type Acceptance = {
  /** The resource's address. */
  readonly resource: string
  /** One field of it, as plans and reports name it: `versioning`, `keys.LOG_LEVEL`. */
  readonly field: string
  readonly reason: string
  /** The last day on which it holds, `2027-01-31`, in UTC. */
  readonly until: string
  readonly at?: Position
}

/** True as long as the acceptance holds. */
export function isInForce({ until }: Acceptance, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until
}

/** The file's acceptances, to be asked for a field. */
export class Acceptances {
  readonly #inForce: readonly Acceptance[]
  readonly #lapsed: readonly Acceptance[]
  readonly #show: (pointer: JsonPointer) => string

  /** `show` writes a pointer as people read it. */
  constructor(all: readonly Acceptance[], now: Date, show: (pointer: JsonPointer) => string) {
    this.#inForce = all.filter((one) => isInForce(one, now))
    this.#lapsed = all.filter((one) => !isInForce(one, now))
    this.#show = show
  }

  of(resource: string, pointer: JsonPointer): Acceptance | undefined {
    return this.#find(this.#inForce, resource, pointer)
  }

  /** One that no longer holds. */
  lapsed(resource: string, pointer: JsonPointer): Acceptance | undefined {
    return this.#find(this.#lapsed, resource, pointer)
  }

  #find(all: readonly Acceptance[], resource: string, pointer: JsonPointer): Acceptance | undefined {
    const field = this.#show(pointer)
    return all.find((one) => one.resource === resource && one.field === field)
  }
}
