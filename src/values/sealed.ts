import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'

const SHOWN = '(sealed)'

/**
 * A secret value. It prints, serialises and inspects as `(sealed)`, has no length and no equality, and is not Json:
 * putting one into facts, events, state or a plan does not compile. It is opened only inside an adapter call
 * (`src/world`) or by the value types that live beside it; `test/unit/boundaries.test.ts` reads the sources for that.
 */
export class Sealed {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** Seals `text` (UTF-8) at the place where it is read. */
  static of(text: string): Sealed {
    return new Sealed(text)
  }

  /** The secret itself. Call it where the value leaves for a server, nowhere else. */
  open(): string {
    return this.#text
  }

  /** True when there is nothing in it: the one thing about its length that may be known. */
  isEmpty(): boolean {
    return this.#text === ''
  }

  /** Hex HMAC-SHA256 of `context` and the value under `key`: equal values in one context give equal text, and nothing else is told. */
  hmac(key: Buffer, context: string): string {
    return createHmac('sha256', key).update(context).update('\0').update(this.#text, 'utf8').digest('hex')
  }

  toString(): string {
    return SHOWN
  }
  toJSON(): string {
    return SHOWN
  }
  [inspect.custom](): string {
    return SHOWN
  }
}
