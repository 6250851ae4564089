import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'

const PLACEHOLDER = '(sealed)'

/**
 * A secret value. It prints, serializes and inspects as `(sealed)`, has no length and no equality, and is not Json:
 * putting one into facts, events, state or a plan does not compile. It is opened only inside an adapter call
 * (`src/world`) or by the value types of this folder; `test/unit/boundaries.test.ts` checks the sources for that.
 */
export class Sealed {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** Seals `text` (UTF-8); called where the secret is read. */
  static of(text: string): Sealed {
    return new Sealed(text)
  }

  /** The secret itself. Call it only where the value is sent to a server. */
  open(): string {
    return this.#text
  }

  /** True when the value is empty: the only fact about its length that may be known. */
  isEmpty(): boolean {
    return this.#text === ''
  }

  /** Hex HMAC-SHA256 of `context` and the value under `key`: reveals only whether two values in one context are equal. */
  hmac(key: Buffer, context: string): string {
    return createHmac('sha256', key).update(context).update('\0').update(this.#text, 'utf8').digest('hex')
  }

  toString(): string {
    return PLACEHOLDER
  }
  toJSON(): string {
    return PLACEHOLDER
  }
  [inspect.custom](): string {
    return PLACEHOLDER
  }
}
