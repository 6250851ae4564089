import type { JsonPointer } from './json.ts'
import type { Position } from './position.ts'

/** A difference that an operator accepts until a day. */
export type Acceptance = {
  /** The resource's address. */
  readonly resource: string
  /** One of its fields, as plans and reports name it: `versioning`, `keys.LOG_LEVEL`. */
  readonly field: string
  readonly reason: string
  /** The last day on which it is in force, `2027-01-31`, in UTC. */
  readonly until: string
  readonly at?: Position
}

/** True until the acceptance expires. */
function isInForce({ until }: Acceptance, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until
}

/** Finds the file's acceptance of a field. */
export class Acceptances {
  readonly #inForce: readonly Acceptance[]
  readonly #expired: readonly Acceptance[]
  readonly #show: (pointer: JsonPointer) => string

  /** `show` formats a pointer as `field` spells it. */
  constructor(acceptances: readonly Acceptance[], now: Date, show: (pointer: JsonPointer) => string) {
    this.#inForce = acceptances.filter((acceptance) => isInForce(acceptance, now))
    this.#expired = acceptances.filter((acceptance) => !isInForce(acceptance, now))
    this.#show = show
  }

  of(resource: string, pointer: JsonPointer): Acceptance | undefined {
    return this.#find(this.#inForce, resource, pointer)
  }

  /** An acceptance of the field that has expired. */
  expired(resource: string, pointer: JsonPointer): Acceptance | undefined {
    return this.#find(this.#expired, resource, pointer)
  }

  #find(acceptances: readonly Acceptance[], resource: string, pointer: JsonPointer): Acceptance | undefined {
    const field = this.#show(pointer)
    return acceptances.find((acceptance) => acceptance.resource === resource && acceptance.field === field)
  }
}
