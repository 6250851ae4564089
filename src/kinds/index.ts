import { bucket } from './bucket.ts'
import { type ErasedKind, eraseTypes } from './erasedKind.ts'
import { image } from './image.ts'
import { namespace } from './namespace.ts'
import { release } from './release.ts'
import { secret } from './secret.ts'

/** Every type of resource in an installation. Adding a kind takes one file, one line here and one test. */
export const KINDS: readonly ErasedKind[] = [
  eraseTypes(namespace),
  eraseTypes(bucket),
  eraseTypes(image),
  eraseTypes(secret),
  eraseTypes(release),
]
