import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'

/** The lifetime of the token server's tokens, in seconds. */
export type TokenLife = {
  /** The lifetime in the response; default 300. */
  announced?: number
  /** The lifetime after which the registry rejects the token; default: `announced`. */
  actual?: number
}

/** Applies to every token issued from now on. */
export async function writeTokenLife(description: Description, { announced = 300, actual = announced }: TokenLife): Promise<void> {
  await writePrivate(layout(description.dir).tokenLife, JSON.stringify({ announced, actual }))
}
