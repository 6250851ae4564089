import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'

/** How long the tokens of the lab's token server are good, in seconds. */
export type TokenLife = {
  /** What the client is told; default 300. */
  said?: number
  /** After how long the registry refuses it; default: what is said. */
  real?: number
}

/** Counts for every token from now on. */
export async function writeTokenLife(it: Description, { said = 300, real = said }: TokenLife): Promise<void> {
  await writePrivate(layout(it.dir).tokenLife, JSON.stringify({ said, real }))
}
